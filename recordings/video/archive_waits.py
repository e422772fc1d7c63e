"""Which recordings wait for their archive, and what to do: the desk and the REST API say the same."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from recordings.archive import health
from recordings.video.models import Recording, RecordingState


def waiting_since(recordings: Iterable[Recording]) -> dict[UUID, datetime]:
    """By id, of those that wait, since when. Valkey is asked once, and only where it matters."""
    open_ones = [row for row in recordings if _is_open(row)]
    fault = health.fault_since() if open_ones else None
    return {row.id: max(fault, row.session.ended_at or fault) for row in open_ones} if fault else {}


def _is_open(recording: Recording) -> bool:
    return recording.state == RecordingState.PENDING and recording.session.archive_closed_at is None


def words_of(since: datetime | None) -> str:
    """What happened and what to do next; empty where nothing waits."""
    if since is None:
        return ""
    text = _(
        "Since %(time)s its archive waits for the object store. Nothing is lost: what is not stored yet is kept, and "
        "goes on by itself. Ask your operator whether the object store and the database answer and have room."
    )
    return text % {"time": date_format(localtime(since), "SHORT_DATETIME_FORMAT")}
