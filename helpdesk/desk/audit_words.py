"""Events of the audit log in words: what they are about, and their details, for people who know no ids."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assist.channel.models import AssistSession
from helpdesk.audit.models import AuditEvent
from recordings.review.templatetags.review import clock
from recordings.share.models import ShareLink
from recordings.video.models import Recording

KINDS = {
    "recording": gettext_lazy("Recording"),
    "session": gettext_lazy("Session"),
    "erasure": gettext_lazy("Erasure"),
}
LABELS = {
    "share_link": gettext_lazy("Share link"),
    "note": gettext_lazy("For whom"),
    "expires_at": gettext_lazy("Counts until"),
    "email": gettext_lazy("E-mail address"),
    "kind": gettext_lazy("As"),
    "reason": gettext_lazy("Reason"),
    "reference": gettext_lazy("Reference"),
    "requests": gettext_lazy("Requests"),
}
EXPORTS = {
    "rrweb": gettext_lazy("Replay for rrweb (NDJSON)"),
    "log": gettext_lazy("Log (CSV)"),
    "zip": gettext_lazy("Everything (ZIP)"),
}


@dataclass(frozen=True)
class Line:
    """`thing` is who and which ticket it was about, `url` where it can be seen; both are empty where it is gone."""

    event: AuditEvent
    kind: str
    thing: str
    url: str
    details: list[tuple[str, str]]


def lines_of(events: Sequence[AuditEvent]) -> list[Line]:
    """In as many queries for many events as for one."""
    things, links = _things(events), _links(events)
    return [
        Line(
            event,
            str(KINDS.get(event.object_kind, event.object_kind)),
            *things.get((event.object_kind, event.object_id), ("", "")),
            list(_details(event, links)),
        )
        for event in events
    ]


def _things(events: Sequence[AuditEvent]) -> dict[tuple[str, UUID | None], tuple[str, str]]:
    """`thing` and `url` by the kind and the id of an object."""
    objects = {(event.object_kind, event.object_id) for event in events}
    found = {(kind, key): ("", reverse("desk:erasure", args=[key])) for kind, key in objects if kind == "erasure"}
    ids = {key for _kind, key in objects}
    for session in AssistSession.objects.filter(id__in=ids).select_related("request__ticket"):
        found["session", session.id] = (_named(session), reverse("assist_console", args=[session.id]))
    recordings = Recording.objects.filter(Q(id__in=ids) | Q(session__in=ids)).select_related("session__request__ticket")
    for recording in recordings:
        told = (_named(recording.session), reverse("recording", args=[recording.id]))
        found |= {("recording", recording.id): told, ("session", recording.session_id): told}
    return found


def _named(session: AssistSession) -> str:
    request = session.request
    return f"{request.visitor_name or request.visitor_email or _('A visitor')} · #{request.ticket.number}"


def _links(events: Sequence[AuditEvent]) -> dict[str, ShareLink]:
    ids = {event.details["share_link"] for event in events if "share_link" in event.details}
    return {str(link.pk): link for link in ShareLink.objects.filter(pk__in=ids)} if ids else {}


def _details(event: AuditEvent, links: dict[str, ShareLink]) -> Iterator[tuple[str, str]]:
    for name in sorted(event.details, key=_place):
        value = event.details[name]
        if name == "share_link":
            value = _of_link(links.get(str(value)), event)
        if value:
            yield str(LABELS.get(name, name.replace("_", " "))), _said(name, value)


def _place(name: str) -> int:
    """The database keeps no order."""
    return [*LABELS, name].index(name)


def _of_link(link: ShareLink | None, event: AuditEvent) -> str:
    """For whom it was made, unless the event says so itself."""
    return "" if link is None or "note" in event.details else link.note or _("Without a note")


def _said(name: str, value: Any) -> str:
    """As the ends of names say what the values are: `_at`, `_ms`, `_bytes`."""
    if name == "kind":
        return str(EXPORTS.get(value, value))
    if name.endswith("_at") and (moment := parse_datetime(str(value))):
        return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    if name.endswith("_ms"):
        return clock(int(value))
    if name.endswith("_bytes"):
        return filesizeformat(value)
    return str(value)
