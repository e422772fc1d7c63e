import helpdesk.tenants.models
import uuid
from django.db import migrations, models

from helpdesk.tenants.locks import LockTable, LookupFunction


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Tenant',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=200)),
                ('public_key', models.CharField(default=helpdesk.tenants.models.new_public_key, max_length=64, unique=True)),
                ('identity_secret', models.CharField(default=helpdesk.tenants.models.new_identity_secret, max_length=64)),
                ('language', models.CharField(default='en', max_length=16)),
                ('link_ttl_seconds', models.PositiveIntegerField(default=600)),
                ('answer_timeout_seconds', models.PositiveIntegerField(default=300)),
                ('grace_seconds', models.PositiveIntegerField(default=120)),
                ('allowed_origins', models.JSONField(default=list)),
                ('masking', models.JSONField(default=dict)),
                ('consent_text', models.TextField(blank=True)),
                ('hours', models.JSONField(blank=True, default=dict)),
                ('ticket_counter', models.PositiveBigIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'base_manager_name': 'objects',
            },
        ),
        LockTable("tenants_tenant", jobs=("SELECT",), tenant_column="id"),
        LookupFunction(
            "lookup_tenant_by_public_key",
            argument="text",
            returns="id uuid",
            query="SELECT id FROM tenants_tenant WHERE public_key = $1",
        ),
        LookupFunction(
            "lookup_tenant_by_slug",
            argument="text",
            returns="id uuid",
            query="SELECT id FROM tenants_tenant WHERE slug = $1",
        ),
    ]
