import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.conf import settings
from django.db import migrations, models

from helpdesk.tenants.locks import ComposeForeignKey, LockTable, LookupFunction


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('assist_links', '0001_initial'),
        ('assist_requests', '0001_initial'),
        ('tenants', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AssistSession',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting for the visitor'), ('live', 'Live'), ('paused', 'Paused by the visitor'), ('ended', 'Ended')], default='waiting', max_length=16)),
                ('visitor_token_hash', models.CharField(max_length=64, null=True, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, choices=[('visitor_ended', 'The visitor ended the session'), ('agent_ended', 'The agent ended the session'), ('visitor_vanished', 'The visitor went away and did not come back in time'), ('consent_refused', 'The visitor did not agree'), ('link_expired', 'The link was not clicked in time'), ('link_revoked', 'The link was revoked'), ('cancelled', 'The visitor cancelled the request'), ('fault', 'Ended after a fault')], max_length=24)),
                ('visitor_seen_at', models.DateTimeField(null=True)),
                ('visitor_gone_at', models.DateTimeField(null=True)),
                ('viewport', models.JSONField(null=True)),
                ('tab_count', models.PositiveIntegerField(default=0)),
                ('durable_seqs', models.JSONField(default=dict)),
                ('bytes_in', models.PositiveBigIntegerField(default=0)),
                ('messages_in', models.PositiveBigIntegerField(default=0)),
                ('agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('link', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='assist_links.invitelink')),
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='session', to='assist_requests.assistrequest')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['tenant', 'state', '-created_at'], name='assist_session_list')],
            },
        ),
        LockTable("assist_channel_assistsession", jobs=("SELECT",)),
        ComposeForeignKey("assist_channel_assistsession", "request_id", "assist_requests_assistrequest"),
        ComposeForeignKey("assist_channel_assistsession", "link_id", "assist_links_invitelink"),
        LookupFunction(
            "lookup_assist_session_by_hash",
            argument="text",
            returns="tenant_id uuid, id uuid",
            query="SELECT tenant_id, id FROM assist_channel_assistsession WHERE visitor_token_hash = $1",
        ),
    ]
