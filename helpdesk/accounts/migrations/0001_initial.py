import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.conf import settings
from django.db import migrations, models

from helpdesk.tenants.locks import LockTable, LookupFunction


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('agent', 'Agent'), ('manager', 'Manager'), ('admin', 'Admin')], max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'user'), name='one_membership_a_tenant')],
            },
        ),
        LockTable("accounts_membership", jobs=("SELECT",)),
        LookupFunction(
            "lookup_memberships_by_user",
            argument="uuid",
            returns="tenant_id uuid, id uuid, role text, tenant_name text, tenant_slug text",
            query="SELECT m.tenant_id, m.id, m.role, t.name, t.slug FROM accounts_membership m JOIN tenants_tenant t ON t.id = m.tenant_id WHERE m.user_id = $1 ORDER BY t.name, t.id",
        ),
    ]
