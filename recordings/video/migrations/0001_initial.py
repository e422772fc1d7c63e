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
            name='Recording',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('pending', 'Waiting to be rendered'), ('rendering', 'Being rendered'), ('ready', 'Ready'), ('failed', 'Failed')], default='pending', max_length=16)),
                ('failure', models.TextField(blank=True)),
                ('object_key', models.CharField(blank=True, max_length=300)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('video_bytes', models.PositiveBigIntegerField(null=True)),
                ('duration_ms', models.PositiveBigIntegerField(null=True)),
                ('render_ms', models.PositiveBigIntegerField(null=True)),
                ('width', models.PositiveIntegerField(null=True)),
                ('height', models.PositiveIntegerField(null=True)),
                ('chapters', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('ready_at', models.DateTimeField(null=True)),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='recording', to='assist_channel.assistsession')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='VideoSegment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('starts_ms', models.PositiveBigIntegerField()),
                ('ends_ms', models.PositiveBigIntegerField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('lease_owner', models.CharField(blank=True, max_length=64)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('object_key', models.CharField(blank=True, max_length=300)),
                ('size_bytes', models.PositiveBigIntegerField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('recording', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='segments', to='recordings_video.recording')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'recording', 'number'), name='one_video_segment_a_number')],
            },
        ),
        LockTable("recordings_video_recording", jobs=("SELECT",)),
        LockTable("recordings_video_videosegment", jobs=("SELECT",)),
        ComposeForeignKey("recordings_video_recording", "session_id", "assist_channel_assistsession"),
        ComposeForeignKey("recordings_video_videosegment", "recording_id", "recordings_video_recording"),
    ]
