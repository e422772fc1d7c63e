"""What a recording can be taken away as; docs/export.md describes each file."""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from rest_framework.request import Request

from assist.pages.keys import asset_key
from assist.pages.queries import assets_of
from helpdesk.audit.models import Action
from helpdesk.tenants import store
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.streaming import stream_in_tenant
from recordings.archive.export.lines import CSV_TYPE, NDJSON_TYPE, event_lines, log_rows, rrweb_lines
from recordings.video.audit import audit
from recordings.video.models import Recording, RecordingState

ZIP_TYPE = "application/zip"
# What a part of the ZIP is deflated as; a video is not, since it has nothing to give.
MEDIA = ("image/", "video/", "audio/", "font/")


@dataclass(frozen=True)
class Export:
    """`make` gives the bytes in chunks and needs the tenant's scope for each."""

    content_type: str
    suffix: str
    make: Callable[[Recording], Iterator[bytes]]


@dataclass(frozen=True)
class Part:
    """A file of the ZIP."""

    name: str
    chunks: Iterator[bytes]
    is_packed: bool = True


class _Sink:
    """What `zipfile` writes into: nothing of it can be sought, and what was taken is gone."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """It is all here."""

    def take(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken


def zipped(recording: Recording) -> Iterator[bytes]:
    """Everything in one ZIP, of which no more than a piece is in memory at a time."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for part in _parts(recording):
            entry = zipfile.ZipInfo(part.name, recording.created_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED if part.is_packed else zipfile.ZIP_STORED
            with archive.open(entry, "w", force_zip64=True) as file:
                for chunk in part.chunks:
                    file.write(chunk)
                    yield sink.take()
    yield sink.take()


def _parts(recording: Recording) -> Iterator[Part]:
    yield Part("session.json", iter([json.dumps(_facts(recording), ensure_ascii=False, indent=2).encode()]))
    yield Part("rrweb.ndjson", rrweb_lines(recording.session))
    yield Part("events.ndjson", event_lines(recording.session))
    yield Part("log.csv", log_rows(recording.session))
    if recording.state == RecordingState.READY:
        yield Part("video.mp4", store.stream(recording.object_key), is_packed=False)
    for sha256, content_type in list(assets_of(recording.session_id).values_list("sha256", "content_type")):
        chunks = store.stream(asset_key(current_tenant_id(), sha256))
        yield Part(f"assets/{sha256}", chunks, is_packed=not content_type.startswith(MEDIA))


def _facts(recording: Recording) -> dict[str, Any]:
    session, request = recording.session, recording.session.request
    assets = assets_of(session.id).order_by("sha256").values_list("sha256", "content_type")
    return {
        "recording": str(recording.id),
        "session": str(session.id),
        "ticket": request.ticket.number,
        "started_at": _moment(session.started_at),
        "ended_at": _moment(session.ended_at),
        "end_reason": session.end_reason,
        "agent": str(session.agent) if session.agent else "",
        "visitor": {"name": request.visitor_name, "email": request.visitor_email, "id": request.visitor_external_id},
        "page": {"url": request.page_url, "title": request.page_title},
        "chapters": recording.chapters,
        "video_sha256": recording.sha256,
        "assets": dict(assets),
    }


def _moment(at: Any) -> str | None:
    return at.isoformat() if at else None


EXPORTS = {
    "rrweb": Export(NDJSON_TYPE, "rrweb.ndjson", lambda recording: rrweb_lines(recording.session)),
    "log": Export(CSV_TYPE, "log.csv", lambda recording: log_rows(recording.session)),
    "zip": Export(ZIP_TYPE, "zip", zipped),
}


def export_answer(request: HttpRequest | Request, recording: Recording, kind: str) -> StreamingHttpResponse:
    """Streamed, noted in the audit log; `kind` is one of EXPORTS. Whether the caller may is looked at before.

    Raises `TooManyStreams`.
    """
    export = EXPORTS[kind]
    answer = stream_in_tenant(current_tenant_id(), export.make(recording), content_type=export.content_type)
    audit(request, Action.RECORDING_EXPORTED, recording, kind=kind)
    answer["Content-Disposition"] = f'attachment; filename="recording-{recording.id}.{export.suffix}"'
    answer["Cache-Control"] = "no-store"
    return answer
