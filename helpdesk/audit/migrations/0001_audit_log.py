import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.db import migrations, models

from helpdesk.tenants.locks import LockTable

# After, not before: row-level security has its say first, and an error takes the change back all the same.
APPEND_ONLY = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '90 days' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit log is added to only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only AFTER UPDATE OR DELETE ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
"""
CHANGEABLE = """
DROP TRIGGER audit_append_only ON audit_auditevent;
DROP FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenants', '0002_asset_hosts'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('actor_kind', models.CharField(choices=[('person', 'Person'), ('token', 'API token'), ('guest', 'Guest with a share link'), ('system', 'The desk itself')], max_length=16)),
                ('actor_id', models.UUIDField(null=True)),
                ('actor_name', models.CharField(blank=True, max_length=300)),
                ('address', models.GenericIPAddressField(null=True)),
                ('action', models.CharField(max_length=64)),
                ('object_kind', models.CharField(max_length=32)),
                ('object_id', models.UUIDField(null=True)),
                ('details', models.JSONField(default=dict)),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['tenant', '-at', '-id'], name='audit_newest'), models.Index(fields=['tenant', 'action', '-at', '-id'], name='audit_action'), models.Index(fields=['tenant', 'actor_id', '-at', '-id'], name='audit_actor'), models.Index(fields=['tenant', 'object_id', '-at', '-id'], name='audit_object')],
            },
        ),
        LockTable("audit_auditevent", jobs=("SELECT",)),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
