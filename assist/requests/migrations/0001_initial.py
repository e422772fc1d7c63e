import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.conf import settings
from django.db import migrations, models

from helpdesk.tenants.locks import ComposeForeignKey, LockTable, LookupFunction


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenants', '0001_initial'),
        ('tickets', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AssistRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('pending', 'Waiting for an agent'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('cancelled', 'Cancelled by the visitor'), ('unanswered', 'Nobody answered in time'), ('outside_hours', 'Outside opening hours')], default='pending', max_length=16)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('origin', models.CharField(max_length=300)),
                ('page_url', models.CharField(max_length=2000)),
                ('page_title', models.CharField(blank=True, max_length=300)),
                ('note', models.TextField(blank=True)),
                ('visitor_name', models.CharField(blank=True, max_length=200)),
                ('visitor_email', models.EmailField(blank=True, max_length=254)),
                ('visitor_external_id', models.CharField(blank=True, max_length=200)),
                ('visitor_is_verified', models.BooleanField(default=False)),
                ('language', models.CharField(blank=True, max_length=16)),
                ('answered_at', models.DateTimeField(null=True)),
                ('decline_reason', models.TextField(blank=True)),
                ('expires_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assist_requests', to='tickets.ticket')),
            ],
            options={
                'indexes': [models.Index(fields=['tenant', 'state', 'created_at'], name='assist_request_waiting')],
            },
        ),
        LockTable("assist_requests_assistrequest", jobs=("SELECT",)),
        ComposeForeignKey("assist_requests_assistrequest", "ticket_id", "tickets_ticket"),
        LookupFunction(
            "lookup_assist_request_by_hash",
            argument="text",
            returns="tenant_id uuid, id uuid",
            query="SELECT tenant_id, id FROM assist_requests_assistrequest WHERE token_hash = $1",
        ),
    ]
