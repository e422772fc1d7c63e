import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.conf import settings
from django.db import migrations, models

from helpdesk.tenants.locks import ComposeForeignKey, LockTable, LookupFunction


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('assist_requests', '0001_initial'),
        ('tenants', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InviteLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('landed_at', models.DateTimeField(null=True)),
                ('redeemed_at', models.DateTimeField(null=True)),
                ('redeemed_by_hash', models.CharField(blank=True, max_length=64)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='assist_requests.assistrequest')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ConsentReceipt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('visitor_name', models.CharField(blank=True, max_length=200)),
                ('visitor_email', models.EmailField(blank=True, max_length=254)),
                ('agent_name', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('text_sha256', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=16)),
                ('origin', models.CharField(max_length=300)),
                ('user_agent', models.CharField(blank=True, max_length=500)),
                ('given_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='assist_links.invitelink')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        LockTable("assist_links_invitelink", jobs=("SELECT",)),
        LockTable("assist_links_consentreceipt"),
        ComposeForeignKey("assist_links_invitelink", "request_id", "assist_requests_assistrequest"),
        ComposeForeignKey("assist_links_consentreceipt", "link_id", "assist_links_invitelink"),
        LookupFunction(
            "lookup_invite_link_by_hash",
            argument="text",
            returns="tenant_id uuid, id uuid",
            query="SELECT tenant_id, id FROM assist_links_invitelink WHERE token_hash = $1",
        ),
    ]
