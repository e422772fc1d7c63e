"""Notes that are pinned to a moment of a recording."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import people_of_tenant, roles_of
from helpdesk.mail.actions import queue_mail
from helpdesk.tenants.queries import current_tenant
from recordings.review.mentions import mentioned
from recordings.review.models import RecordingNote
from recordings.review.queries import Reviewer, find_recording
from recordings.review.templatetags.review import clock
from recordings.video.models import Recording

BODY_MAX = 4000
NOTES_MAX = 1000
# While nobody knows yet how long the recording is.
AT_MS_MAX = 30 * 24 * 3_600_000


class TooManyNotes(RuntimeError):
    """A recording has at most `NOTES_MAX` notes."""


class AfterTheEnd(ValueError):
    """The recording is shorter than that."""


class NotYours(PermissionError):
    """A note is deleted by whoever wrote it, or by a manager."""


@dataclass(frozen=True)
class Noted:
    """`told` are those who get mail; `blind` are called in the note, but may not see the recording."""

    note: RecordingNote
    told: list[User]
    blind: list[User]


def notes_of(recording: Recording) -> QuerySet[RecordingNote]:
    """In the order of the recording's time."""
    return RecordingNote.objects.filter(recording=recording).select_related("author").order_by("at_ms", "created_at")


def add_note(recording: Recording, *, at_ms: int, body: str, author: User | None) -> Noted:
    """Mail goes to those who are called in it and may see it. Raises `AfterTheEnd`, `TooManyNotes`."""
    if at_ms > (AT_MS_MAX if recording.duration_ms is None else recording.duration_ms):
        raise AfterTheEnd(at_ms)
    if recording.notes.count() >= NOTES_MAX:
        raise TooManyNotes(recording.pk)
    called = [person for person in mentioned(body, people=people_of_tenant()) if person != author]
    roles = roles_of([person.pk for person in called])
    told = [p for p in called if find_recording(Reviewer(user_id=p.pk, role=roles[p.pk]), recording.pk)]
    note = RecordingNote.objects.create(
        recording=recording, author=author, at_ms=at_ms, body=body.strip(), mentions=[str(person.pk) for person in told]
    )
    for person in told:
        _mail(note, to=person)
    return Noted(note, told, [person for person in called if person not in told])


def delete_note(note: RecordingNote, *, reviewer: Reviewer) -> None:
    """Raises `NotYours`."""
    if not reviewer.sees_all and note.author_id != reviewer.user_id:
        raise NotYours(note.pk)
    note.delete()


def note_url(recording_id: UUID, *, at_ms: int) -> str:
    return f"{settings.PUBLIC_URL}{reverse('recording', args=[recording_id])}?{urlencode({'t': at_ms})}"


def _mail(note: RecordingNote, *, to: User) -> None:
    tenant = current_tenant()
    ticket = note.recording.session.request.ticket
    values = {"who": note.author or tenant.name, "number": ticket.number, "clock": clock(note.at_ms)}
    with override(tenant.language):
        subject = _("[#%(number)d] %(who)s mentions you in a recording") % values
        body = _("%(who)s wrote at %(clock)s:") % values
    link = note_url(note.recording_id, at_ms=note.at_ms)
    queue_mail(tenant_id=tenant.id, to=to.email, subject=subject, body=f"{body}\n\n{note.body}\n\n{link}\n")
