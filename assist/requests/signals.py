"""What later steps are told."""

from django.dispatch import Signal

# Sent in the tenant's scope with `request` (AssistRequest) and `now`, when an accepted request is cancelled;
# a receiver raises `AlreadyBegun` where it can't be any more.
accepted_request_cancelled = Signal()
