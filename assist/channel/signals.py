"""What this step tells later ones; both are sent after commit, outside of any tenant's scope."""

from django.dispatch import Signal

# tenant_id, session_id: nothing more can be added to the session.
session_ended = Signal()
# tenant_id, session_id: the journal holds at least SEGMENT_BYTES that are in no archive segment yet.
journal_grew = Signal()
