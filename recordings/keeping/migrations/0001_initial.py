import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.conf import settings
from django.db import migrations, models

from helpdesk.tenants.locks import ComposeForeignKey, LockTable


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('assist_channel', '0004_hand_over'),
        ('assist_requests', '0001_initial'),
        ('tenants', '0004_recording_days'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('running', 'Being erased'), ('waiting', 'Waiting for what is held'), ('done', 'Erased')], default='running', max_length=16)),
                ('reference', models.CharField(blank=True, max_length=100)),
                ('requested_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='ErasureItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('session_id', models.UUIDField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('live', 'The session, or the rendering of its video, goes on'), ('held', 'Kept by a legal hold'), ('objects', 'Objects are being deleted'), ('erased', 'Erased')], default='waiting', max_length=16)),
                ('held_since', models.DateTimeField(null=True)),
                ('removed', models.JSONField(default=dict)),
                ('erasure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='recordings_keeping.erasure')),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='assist_requests.assistrequest')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='Doomed',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('folder', 'folder'), ('asset', 'asset'), ('keys', 'keys')], max_length=8)),
                ('name', models.CharField(max_length=300)),
                ('request_id', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
                ('item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='doomed', to='recordings_keeping.erasureitem')),
            ],
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=500)),
                ('placed_at', models.DateTimeField()),
                ('placed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='legal_hold', to='assist_channel.assistsession')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.AddIndex(
            model_name='erasure',
            index=models.Index(fields=['tenant', '-requested_at', '-id'], name='erasure_newest'),
        ),
        migrations.AddConstraint(
            model_name='erasureitem',
            constraint=models.UniqueConstraint(fields=('tenant', 'erasure', 'request'), name='one_item_a_request'),
        ),
        migrations.AddIndex(
            model_name='doomed',
            index=models.Index(fields=['tenant', 'created_at'], name='doomed_oldest'),
        ),
        LockTable("recordings_keeping_legalhold"),
        LockTable("recordings_keeping_erasure"),
        LockTable("recordings_keeping_erasureitem"),
        LockTable("recordings_keeping_doomed"),
        ComposeForeignKey("recordings_keeping_legalhold", "session_id", "assist_channel_assistsession"),
        ComposeForeignKey("recordings_keeping_erasureitem", "erasure_id", "recordings_keeping_erasure"),
        ComposeForeignKey("recordings_keeping_erasureitem", "request_id", "assist_requests_assistrequest"),
        ComposeForeignKey("recordings_keeping_doomed", "item_id", "recordings_keeping_erasureitem"),
    ]
