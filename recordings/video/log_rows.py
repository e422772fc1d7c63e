"""Rows of the operation log and marks of the timeline, as web/rebuild/describe.ts says them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Row = tuple[int, int, str, str]
Mark = tuple[int, str, str, str]

# Upkeep of the rebuild, which says nothing about what the visitor did; a gap has its row as a hole.
UNSAID = {"checkpoint", "assets", "canvas", "rule", "shelf", "motion", "highlight", "pinch", "tab_hello", "gap"}
DEEDS = {"click", "input", "scroll", "pointer", "selection", "page_enter", "history", "viewport", "resume"}
IDLE_MS = 10_000
SAME_WITHIN_MS = 1000
TYPING_MS = 2000
TEXT_CHARACTERS = 200
MOST_ROWS = 200_000
MOST_MARKS = 20_000
AGENTS = (
    "accepted",
    "console_joined",
    "console_left",
    "hand_over",
    "hand_over_offered",
    "hand_over_declined",
    "hand_over_withdrawn",
    "agent_ended",
)
MARKS = {
    "page_enter": "page",
    "history": "page",
    "click": "click",
    "input": "input",
    "fault": "error",
    "script_error": "error",
    "gap": "error",
    "paused": "pause",
    **dict.fromkeys(AGENTS, "agent"),
}
FOCUSING = (["focus"], ["blur"])
CLICKS = ("click", "dblclick", "contextmenu")


@dataclass
class Rows:
    """`rows` (at_ms, page, name, text), `marks` (at_ms, kind, text, name of the row), `idle` (starts_ms, ends_ms)."""

    rows: list[Row] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    idle: list[tuple[int, int]] = field(default_factory=list)
    is_cut: bool = False

    def take(self, events: Iterable[dict[str, Any] | None]) -> None:
        """None among them says that the rest can't be read."""
        for event in events:
            if event is None or len(self.rows) >= MOST_ROWS:
                self.is_cut = True
                return
            text = _text(event)
            if text is not None:
                self.add(event["at_ms"], event["page_id"], event["name"], text)

    def add(self, at_ms: int, page: int, name: str, text: str) -> None:
        self.rows.append((at_ms, page, name, text[:TEXT_CHARACTERS]))

    def settle(self, duration_ms: int) -> None:
        """Put them in the order of time, alike ones within a second as one, and find what is marked.

        What came as the session ended, or a moment later, is at its end.
        """
        self.rows = [(min(row[0], duration_ms), *row[1:]) for row in self.rows]
        self.rows.sort(key=lambda row: row[0])
        self.idle = list(_idle(self.rows, duration_ms))
        self.marks = list(_marks(self.rows))[:MOST_MARKS]
        self.rows = list(_merged(self.rows))


def _text(event: dict[str, Any]) -> str | None:
    """None for what is not said."""
    name, data = event["name"], event["data"]
    if name in UNSAID or name.startswith("kind_") or (name == "click" and data[:1] in FOCUSING):
        return None
    try:
        return _control_text(data) if isinstance(data, dict) else _operation_text(name, data)
    except (TypeError, ValueError, LookupError, OverflowError, AttributeError):
        return ""


def _control_text(data: dict[str, Any]) -> str:
    if "width" in data:
        return _size(data)
    return " · ".join(str(data[key]) for key in ("title", "url") if data.get(key))


def _operation_text(name: str, data: Any) -> str:
    match name:
        case "click":
            return f"{data[0]} {round(data[2])}, {round(data[3])}"
        case "scroll":
            return f"{round(data[1])}, {round(data[2])}"
        case "input":
            return str(data[1])
        case "unread":
            return ", ".join(str(item[0]) for item in data[0])
        case "viewport":
            return _size(data[0])
        case "fault":
            return str(data)
    return ""


def _size(viewport: dict[str, Any]) -> str:
    return f"{viewport['width']} × {viewport['height']} @ {viewport['dpr']}"


def _merged(rows: list[Row]) -> Iterator[Row]:
    last: Row | None = None
    for row in rows:
        if last and last[2:] == row[2:] and row[0] - last[0] < SAME_WITHIN_MS:
            continue
        yield row
        last = row


def _idle(rows: list[Row], duration_ms: int) -> Iterator[tuple[int, int]]:
    last = 0
    for at_ms in [*(row[0] for row in rows if row[2] in DEEDS), duration_ms]:
        if at_ms - last >= IDLE_MS:
            yield last, at_ms
        last = max(last, at_ms)


def _marks(rows: list[Row]) -> Iterator[Mark]:
    """A word that is typed is one mark, and so is a click with all that belongs to it."""
    typed_at = -TYPING_MS
    for at_ms, _page, name, text in rows:
        kind = MARKS.get(name)
        if kind is None or (kind == "click" and text.partition(" ")[0] not in CLICKS):
            continue
        if kind == "input":
            is_same, typed_at = at_ms - typed_at < TYPING_MS, at_ms
            if is_same:
                continue
        yield at_ms, kind, text if kind in ("page", "agent", "error") else "", name
