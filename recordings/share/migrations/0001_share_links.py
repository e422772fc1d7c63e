import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.conf import settings
from django.db import migrations, models

from helpdesk.tenants.locks import ComposeForeignKey, LockTable, LookupFunction


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('recordings_video', '0001_initial'),
        ('tenants', '0002_asset_hosts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ShareLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recording', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='share_links', to='recordings_video.recording')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['tenant', 'recording', '-created_at'], name='share_link_recording')],
            },
        ),
        LockTable("recordings_share_sharelink", jobs=("SELECT",)),
        ComposeForeignKey("recordings_share_sharelink", "recording_id", "recordings_video_recording"),
        LookupFunction(
            "lookup_share_link_by_hash",
            argument="text",
            returns="tenant_id uuid, id uuid",
            query="SELECT tenant_id, id FROM recordings_share_sharelink WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > now()",
        ),
    ]
