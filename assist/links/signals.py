"""What later steps are told."""

from django.dispatch import Signal

# Sent in the tenant's scope with `link` (InviteLink) and `now`.
link_expired = Signal()
consent_refused = Signal()
