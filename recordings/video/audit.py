"""What is done with recordings, told to the audit log."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from helpdesk.audit.actions import record, record_once
from helpdesk.audit.actors import actor_of
from helpdesk.audit.models import Action
from recordings.video.models import Recording

RECORDING = "recording"


def audit(request: HttpRequest | Request, action: Action, recording: Recording, **details: Any) -> None:
    record(
        action,
        actor=actor_of(request),
        object_kind=RECORDING,
        object_id=recording.pk,
        now=timezone.now(),
        details=details,
    )


def audit_once(request: HttpRequest | Request, action: Action, recording: Recording, *, within: timedelta) -> None:
    """As `audit`, unless the same caller did the same within that time."""
    record_once(
        action,
        within=within,
        actor=actor_of(request),
        object_kind=RECORDING,
        object_id=recording.pk,
        now=timezone.now(),
    )
