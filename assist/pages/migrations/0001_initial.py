import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.db import migrations, models

from helpdesk.tenants.locks import ComposeForeignKey, LockTable


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('assist_channel', '0001_initial'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Asset',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sha256', models.CharField(max_length=64)),
                ('content_type', models.CharField(max_length=100)),
                ('size_bytes', models.PositiveBigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='Page',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveBigIntegerField()),
                ('kind', models.CharField(choices=[('html', 'HTML'), ('native', 'native')], max_length=8)),
                ('url', models.CharField(max_length=2000)),
                ('title', models.CharField(blank=True, max_length=300)),
                ('entered_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='assist_channel.assistsession')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='SessionAsset',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assist_pages.asset')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='session_assets', to='assist_channel.assistsession')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
        migrations.AddConstraint(
            model_name='asset',
            constraint=models.UniqueConstraint(fields=('tenant', 'sha256'), name='one_asset_a_digest'),
        ),
        migrations.AddConstraint(
            model_name='page',
            constraint=models.UniqueConstraint(fields=('tenant', 'session', 'number'), name='one_page_a_number'),
        ),
        migrations.AddConstraint(
            model_name='sessionasset',
            constraint=models.UniqueConstraint(fields=('tenant', 'session', 'asset'), name='one_reference_a_session'),
        ),
        LockTable("assist_pages_page"),
        LockTable("assist_pages_asset"),
        LockTable("assist_pages_sessionasset"),
        ComposeForeignKey("assist_pages_page", "session_id", "assist_channel_assistsession"),
        ComposeForeignKey("assist_pages_sessionasset", "session_id", "assist_channel_assistsession"),
        ComposeForeignKey("assist_pages_sessionasset", "asset_id", "assist_pages_asset"),
    ]
