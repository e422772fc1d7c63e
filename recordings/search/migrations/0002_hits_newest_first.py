from importlib import import_module

from django.db import migrations

from helpdesk.tenants.locks import CURRENT_TENANT_SQL, LookupFunction

TABLE = "recordings_search_sessiontext"
# As before, but planned with its values: words that nearly all recordings have are looked for along the list, newest
# first, until there are enough; words that few have in the index of words. The planner knows which are which.
FIND = f"""
DECLARE
    tenant uuid := {CURRENT_TENANT_SQL};
    wanted tsquery := $1 || ' & ''t:' || tenant || '''';
BEGIN
    RETURN QUERY EXECUTE $find$
        SELECT recording_id, recorded_at FROM {TABLE}
        WHERE words @@ $1 AND tenant_id = $5 AND (recorded_at, recording_id) < ($2, $3)
        ORDER BY recorded_at DESC, recording_id DESC LIMIT $4
    $find$ USING wanted, $2, $3, $4, tenant;
END
"""
NAME = "lookup_recordings_by_words"
FACTS = {"argument": "text, timestamptz, uuid, integer", "returns": "recording_id uuid, recorded_at timestamptz"}


class DropLookup(LookupFunction):
    forwards, backwards = LookupFunction.backwards, LookupFunction.forwards


class Migration(migrations.Migration):

    dependencies = [
        ('recordings_search', '0001_session_text'),
    ]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX session_text_newest ON {TABLE} (tenant_id, recorded_at DESC, recording_id DESC)",
            "DROP INDEX session_text_newest",
        ),
        DropLookup(NAME, **FACTS, query=import_module("recordings.search.migrations.0001_session_text").FIND),
        LookupFunction(NAME, **FACTS, query=FIND, language="plpgsql"),
    ]
