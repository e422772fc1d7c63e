import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.db import migrations, models

from helpdesk.tenants.locks import ComposeForeignKey, LockTable


class Migration(migrations.Migration):

    dependencies = [
        ('assist_channel', '0004_hand_over'),
        ('assist_pages', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='asset',
            name='subtree',
            field=models.CharField(blank=True, default='', max_length=12),
        ),
        migrations.AddIndex(
            model_name='asset',
            index=models.Index(fields=['tenant', 'subtree'], name='subtrees_by_name'),
        ),
        migrations.CreateModel(
            name='AskedSubtree',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=12)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assist_channel.assistsession')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
        migrations.AddConstraint(
            model_name='askedsubtree',
            constraint=models.UniqueConstraint(fields=('tenant', 'name'), name='one_subtree_a_name'),
        ),
        LockTable("assist_pages_askedsubtree"),
        ComposeForeignKey("assist_pages_askedsubtree", "session_id", "assist_channel_assistsession"),
    ]
