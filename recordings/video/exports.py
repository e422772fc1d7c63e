"""What a recording can be taken away as; docs/export.md describes each file."""

import contextlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from rest_framework.request import Request

from assist.pages.digests import Digest, digest_of
from assist.pages.keys import asset_key
from assist.pages.queries import assets_of
from helpdesk.audit.models import Action
from helpdesk.tenants import store
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.streaming import stream_in_tenant
from recordings.archive.export.lines import CSV_TYPE, NDJSON_TYPE, as_line, log_rows, rrweb_lines
from recordings.archive.journal import UNNAMED
from recordings.archive.stretch import events_between
from recordings.video.audit import audit
from recordings.video.deeds import agents_deeds
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


@dataclass
class Missing:
    """What a ZIP can't have: `gaps` of the archive as its events name them, and of `files` why, `gone` or `damaged`.

    What is damaged is in the ZIP as far as it is there.
    """

    gaps: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def noted(self, events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for event in events:
            if event["name"] == "gap" and event["data"].get("reason") in UNNAMED:
                self.gaps.append(event)
            yield event

    def checked(self, name: str, chunks: Iterable[bytes], *, digest: Digest, sha256: str) -> Iterator[bytes]:
        with contextlib.suppress(store.NoSuchObject):  # its end, when it went a moment ago
            for chunk in chunks:
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != sha256:
            self.files[name] = "damaged"


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
    missing = Missing()
    yield Part("session.json", _document(_facts(recording)))
    yield Part("rrweb.ndjson", rrweb_lines(recording.session))
    yield Part("events.ndjson", map(as_line, missing.noted(events_between(recording.session))))
    yield Part("log.csv", _log(recording))
    if recording.state == RecordingState.READY:
        key = recording.object_key
        yield from _stored("video.mp4", key, kind="video/mp4", sha256=recording.sha256, missing=missing)
    for sha256, kind in list(assets_of(recording.session_id).values_list("sha256", "content_type")):
        key = asset_key(current_tenant_id(), sha256)
        yield from _stored(f"assets/{sha256}", key, kind=kind, sha256=sha256, missing=missing)
    yield Part("missing.json", _document(asdict(missing)))


def _log(recording: Recording) -> Iterator[bytes]:
    return log_rows(recording.session, deeds=agents_deeds(recording.session))


def _stored(name: str, key: str, *, kind: str, sha256: str, missing: Missing) -> Iterator[Part]:
    """None where the object is gone."""
    chunks = store.stream(key)
    try:
        first = next(chunks, b"")
    except store.NoSuchObject:
        missing.files[name] = "gone"
        return
    whole = missing.checked(name, chain([first], chunks), digest=digest_of(kind), sha256=sha256)
    yield Part(name, whole, is_packed=not kind.startswith(MEDIA))


def _document(value: dict[str, Any]) -> Iterator[bytes]:
    yield json.dumps(value, ensure_ascii=False, indent=2).encode(errors="replace")


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
    "log": Export(CSV_TYPE, "log.csv", _log),
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
