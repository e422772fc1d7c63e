"""What the archive tells later steps, after commit and outside of any tenant's scope."""

from django.dispatch import Signal

# tenant_id, session_id: the archive is whole, in object storage, and does not change any more.
archive_closed = Signal()
