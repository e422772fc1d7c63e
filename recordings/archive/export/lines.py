"""The exports of one session as streams of bytes; each needs the tenant's scope until its first chunk only."""

import csv
import io
import json
import math
import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from assist.channel.models import AssistSession
from recordings.archive import journal
from recordings.archive.events import EventReader, began_ms
from recordings.archive.export.assets import archive_assets
from recordings.archive.export.rrweb import Converter
from recordings.archive.stretch import events_between

NDJSON_TYPE = "application/x-ndjson"
CSV_TYPE = "text/csv; charset=utf-8"
# (ms since the session's start, name of the row, who)
Deed = tuple[int, str, str]
COLUMNS = ("at", "at_ms", "page_id", "url", "title", "name", "details")
# Where a spreadsheet may take a formula for begun: it may split a cell too, at its own separator, and take quotes away.
FORMULA = re.compile(r'^(?=[\t\r])|(?:^|[;\t\r\n])(?=[ "]*[=+\-@＝＋－＠])')
DETAILS_LENGTH = 2000
TOO_DEEP = "too_deep"
WITHOUT_DETAILS = {"snapshot", "shelf", "assets", "motion", "checkpoint"}
COUNTED = {"r": "removed", "a": "added", "t": "texts", "s": "attributes", "e": "extras"}


def rrweb_lines(session: AssistSession) -> Iterator[bytes]:
    """One event of rrweb a line. An empty chunk stands for a frame of which nothing is told, so none takes long."""
    entries = journal.read(session)
    converter = Converter(archive_assets(session.id), began_at_ms=began_ms(session))
    for entry in entries:
        yield b"".join(map(as_line, converter.read(entry)))


def event_lines(session: AssistSession, *, from_ms: int = 0, to_ms: int | None = None) -> Iterator[bytes]:
    """One archived event a line: `at_ms`, `page_id`, `name`, `data`; those of [from_ms, to_ms)."""
    return map(as_line, events_between(session, from_ms=from_ms, to_ms=to_ms))


def log_rows(session: AssistSession, *, deeds: Iterable[Deed] = ()) -> Iterator[bytes]:
    """The log as CSV (RFC 4180), a row for each operation and control frame, in order; times are UTC.

    `deeds` are those of agents, in the order of time, which the archive does not have.
    """
    entries, reader, pages = journal.read(session), EventReader(began_ms(session)), dict[int, tuple[str, str]]()
    waiting = deque(deeds)
    yield _row(COLUMNS)
    for entry in entries:
        yield b"".join(_logged(reader.read(entry), reader, pages, waiting))
    yield b"".join(_done_by(math.inf, waiting, reader))


def _logged(
    events: Iterable[dict[str, Any]], reader: EventReader, pages: dict[int, tuple[str, str]], deeds: deque[Deed]
) -> Iterator[bytes]:
    for event in events:
        yield from _done_by(event["at_ms"], deeds, reader)
        number, name, data = event["page_id"], event["name"], event["data"]
        if name in ("page_enter", "history") and isinstance(data, dict):
            pages[number] = (str(data.get("url", "")), str(data.get("title", "")))
        url, title = pages.get(number, ("", ""))
        moment = _iso(reader.started_at_ms + event["at_ms"])
        yield _row((moment, event["at_ms"], number, url, title, name, details(name, data)))


def _done_by(at_ms: float, deeds: deque[Deed], reader: EventReader) -> Iterator[bytes]:
    """What agents have done up to then; it is of no page."""
    while deeds and deeds[0][0] <= at_ms:
        done_ms, name, who = deeds.popleft()
        said = json.dumps({"agent": who}, ensure_ascii=False)
        yield _row((_iso(reader.started_at_ms + done_ms), done_ms, 0, "", "", name, said))


def details(name: str, data: Any) -> str:
    """What was said, as JSON; of what is long how much it was."""
    if name in WITHOUT_DETAILS:
        return ""
    if name == "mutation" and isinstance(data, list) and data and isinstance(data[0], dict):
        counts = {COUNTED[part]: len(said) for part, said in data[0].items() if part in COUNTED and _is_list(said)}
        return json.dumps(counts)
    try:
        text = json.dumps(data, ensure_ascii=False)
    except RecursionError:
        return TOO_DEEP
    return text if len(text) <= DETAILS_LENGTH else text[:DETAILS_LENGTH] + "…"


def _is_list(said: Any) -> bool:
    return isinstance(said, list)


def as_line(event: dict[str, Any]) -> bytes:
    """Half of a surrogate pair, which a page's text can end with, becomes a question mark.

    What is nested too deep to be said is `too_deep`.
    """
    try:
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        text = json.dumps({**event, "data": TOO_DEEP})
    return text.encode(errors="replace") + b"\n"


def _iso(at_ms: float) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _row(values: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([csv_cell(value) for value in values])
    return text.getvalue().encode(errors="replace")


def csv_cell(value: object) -> object:
    """With a `'` before whatever a spreadsheet may take for a formula."""
    return FORMULA.sub(r"\g<0>'", value) if isinstance(value, str) else value
