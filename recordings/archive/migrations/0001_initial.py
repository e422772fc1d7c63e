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
            name='ArchiveSegment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('object_key', models.CharField(max_length=300)),
                ('sha256', models.CharField(max_length=64)),
                ('size_bytes', models.PositiveBigIntegerField()),
                ('frame_count', models.PositiveIntegerField()),
                ('tab_ranges', models.JSONField()),
                ('last_journal_id', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='archive_segments', to='assist_channel.assistsession')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'session', 'number'), name='one_segment_a_number')],
            },
        ),
        LockTable("recordings_archive_archivesegment", jobs=("SELECT",)),
        ComposeForeignKey("recordings_archive_archivesegment", "session_id", "assist_channel_assistsession"),
    ]
