import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.db import migrations, models

from helpdesk.tenants.locks import CURRENT_TENANT_SQL, ComposeForeignKey, LockTable, LookupFunction

# Row-level security lets no operator that could leak into an index, and `@@` is one. This runs as the jobs role, which it
# does not hold back, for the tenant that is set and for no other: its token is among the words, so that one look
# into the index answers both, and what comes of it is compared with the tenant once more.
FIND = f"""
WITH hits AS MATERIALIZED (
    SELECT tenant_id, recording_id, recorded_at FROM recordings_search_sessiontext
    WHERE words @@ ($1 || ' & ''t:' || {CURRENT_TENANT_SQL} || '''')::tsquery
)
SELECT recording_id, recorded_at FROM hits
WHERE tenant_id = {CURRENT_TENANT_SQL} AND (recorded_at, recording_id) < ($2, $3)
ORDER BY recorded_at DESC, recording_id DESC LIMIT $4
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('recordings_video', '0001_initial'),
        ('tenants', '0002_asset_hosts'),
    ]

    operations = [
        migrations.CreateModel(
            name='SessionText',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('recorded_at', models.DateTimeField()),
                ('words', django.contrib.postgres.search.SearchVectorField()),
                ('moments', models.JSONField(default=list)),
                ('is_cut', models.BooleanField(default=False)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_ends_at', models.DateTimeField(null=True)),
                ('recording', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='session_text', to='recordings_video.recording')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['words'], name='session_text_words')],
            },
        ),
        LockTable("recordings_search_sessiontext", jobs=("SELECT",)),
        ComposeForeignKey("recordings_search_sessiontext", "recording_id", "recordings_video_recording"),
        LookupFunction(
            "lookup_recordings_by_words",
            argument="text, timestamptz, uuid, integer",
            returns="recording_id uuid, recorded_at timestamptz",
            query=FIND,
        ),
        # The list, newest first; made here, since no step before this one asks for it.
        migrations.RunSQL(
            "CREATE INDEX recording_newest ON recordings_video_recording (tenant_id, created_at DESC, id DESC)",
            "DROP INDEX recording_newest",
        ),
    ]
