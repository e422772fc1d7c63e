"""The archive as events of rrweb 2, which stock rrweb tools play: docs/export.md says what they can't show.

rrweb has one document at a time, an archive all pages of all tabs. So every turn to another page becomes a Meta and a
FullSnapshot of it as it is then; what goes on in pages that nobody looks at changes their state and no event.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.db import DatabaseError

from assist.channel.front import FrontPage
from assist.channel.protocol import COUNTER_BITS, TAB_SHIFT, BadFrame, Frame, FrameFlag, decode_frame
from recordings.archive import journal
from recordings.archive.events import EventReader
from recordings.archive.export.assets import ArchiveAssets
from recordings.archive.export.changes import frames_attached, mutation_events, sheets_adopted
from recordings.archive.export.held import HeldPages
from recordings.archive.export.nodes import Json, Serializer, chosen_value
from recordings.archive.export.pages import Change, Page, Shelves
from recordings.archive.export.said import positions
from recordings.archive.export.tree import Numbering, Tree, with_ids
from recordings.archive.segments import JournalEntry

FULL, INCREMENTAL, META, CUSTOM = 2, 3, 4, 5
MOVE, INTERACTION, SCROLL, RESIZE, INPUT, MEDIA, RULE = 1, 2, 3, 4, 5, 7, 8
SELECTION = 14
CLICKS = {
    "mouseup": 0, "mousedown": 1, "click": 2, "contextmenu": 3, "dblclick": 4, "focus": 5, "blur": 6, "touchstart": 7,
    "touchend": 9,
}  # fmt: skip
# What has a place in rrweb's events, or only serves to make them; everything else becomes a custom event.
SERVING = {"canvas", "shelf", "checkpoint", "page_leave", "page_close", "tab_hello", "viewport", "snapshot", "mutation"}
NOT_PUT_IN = hash(None)
# After a fault in one of these nobody knows what the page is.
OF_TREES = {"snapshot", "mutation", "history", "page"}
NOT_OF_THE_PAGES = (BotoCoreError, ClientError, DatabaseError)
# Of one frame of the archive; a second reads 40 to 90 KB of what is packed.
FRAME_SECONDS = 60


class Converter:
    """Is given a session's journal entries in order; its events have the server's times, which never go back."""

    def __init__(self, assets: ArchiveAssets, *, began_at_ms: float = 0) -> None:
        self._assets = assets
        self._reader, self._front = EventReader(began_at_ms), FrontPage()
        self._pages, self._shelves = HeldPages(), Shelves()
        self._shown, self._latest_ms = 0, 0.0

    def read(self, entry: JournalEntry) -> Iterator[Json]:
        try:
            frame = decode_frame(entry.frame)
        except BadFrame:
            return
        self._front.take(frame)
        if frame.flags & FrameFlag.STREAM_START:
            self._pages.begin_stream(frame.page)
        self._reader.allowance.until = time.monotonic() + FRAME_SECONDS
        for event in self._reader.read(entry):
            self._latest_ms = max(self._latest_ms, self._reader.started_at_ms + event["at_ms"])
            yield from self._timed(self._taken(frame, event["name"], self._events(frame, event["name"], event["data"])))
        yield from self._timed(self._taken(frame, "page", self._turned()))

    def _timed(self, made: list[Json]) -> Iterator[Json]:
        yield from ({**event, "timestamp": round(self._latest_ms)} for event in made)

    def page(self, number: int) -> Page:
        """As it is after the last entry; raises `KeyError`."""
        return self._pages[number]

    def _taken(self, frame: Frame, name: str, made: Iterator[Json]) -> list[Json]:
        """What does not fit is a custom event; a page whose tree it was to be goes on from its next snapshot."""
        try:
            return list(made)
        except NOT_OF_THE_PAGES:
            raise
        except Exception as fault:  # whatever a hostile page has said, the other ones are told
            number = self._shown if name == "page" else frame.page
            if name in OF_TREES and (page := self._pages.get(number)):
                self._pages.empty(page)
            return [_fault(number, name, str(fault))]

    def _events(self, frame: Frame, name: str, data: Any) -> Iterator[Json]:
        if name == "shelf":
            self._take_shelf(frame, *data)
            return
        if name == "gap" and data.get("reason") in journal.UNNAMED:
            self._pages.lose(frame.tab)
            yield _custom(name, {"page_id": frame.tab << TAB_SHIFT, "data": data})
            return
        if name == "assets":
            self._assets.learn(data[0])
        number = frame.page if frame.page & COUNTER_BITS else self._shown
        page = self._pages.heard(number)
        self._control(page, name, data)
        if name == "snapshot":
            self._take_snapshot(frame, page, *data)
        told = list(self._told(frame, page, name, data)) if page.tree else []
        if number == self._shown:
            yield from told
        if name not in SERVING and name not in TOLD:
            yield _custom(name, {"page_id": number, "data": data})
        yield from self._shed(page, name)

    def _shed(self, page: Page, name: str) -> Iterator[Json]:
        """Count what the event has added, and say which pages had to make room."""
        if name in ("snapshot", "history"):
            self._pages.measure(page)
        elif name != "page_close":
            self._pages.count(page, self._reader.said_bytes)
        for left in self._pages.shed(shown=self._shown):
            yield _fault(left.number, "page", "more is open than an export keeps: it goes on with its next snapshot")

    def _told(self, frame: Frame, page: Page, name: str, data: Any) -> Iterator[Json]:
        is_shown = page.number == self._shown
        if name in ("snapshot", "history"):
            yield from self._whole(page) if is_shown else ()
        elif name == "mutation":
            change = self._mutate(frame, page, *data)
            yield from mutation_events(change, Serializer(page, self._assets)) if is_shown else ()
        elif name in TOLD:
            yield from TOLD[name](page, *data)
        elif name == "canvas":
            yield from self._canvas(page, *data)
        elif name == "viewport":
            yield _incremental(RESIZE, width=page.width, height=page.height)
        elif name == "assets" and is_shown:
            yield from self._come(page)

    def _take_shelf(self, frame: Frame, edition: int, first: int, subtrees: list[Any]) -> None:
        self._shelves.put(frame.tab, edition, first, subtrees, characters=self._reader.said_bytes)

    def _looked(self, tab: int, edition: int, number: int) -> Any:
        node = self._shelves.look(tab, edition, number)
        return self._assets.subtree(node[0]) if _is_stored(node) else node

    def _control(self, page: Page, name: str, data: Any) -> None:
        if name in ("page_enter", "history"):
            page.arrive(data)
        if name == "history":
            page.settle(self._pages.states.state(page, str(data.get("checkpoint", ""))), data.get("volatile") or {})
        if name == "page_leave":
            self._pages.states.keep(page, str(data.get("digest", "")))
        if name == "checkpoint":
            self._pages.states.keep(page, str(data[0]))
        if name == "viewport":
            page.resize(data if isinstance(data, dict) else data[0])
        if name == "page_close":
            self._pages.close(page)

    def _take_snapshot(
        self, frame: Frame, page: Page, said: Any, volatile: Json, viewport: Any, edition: int = 0
    ) -> None:
        self._pages.states.forget(page)
        if isinstance(said, list) and isinstance(said[1], int):
            root = with_ids(said)
        else:
            root = Numbering(lambda number: self._looked(frame.tab, edition, number)).node(said)
        page.settle(Tree(root), volatile)
        page.resize(viewport)

    def _mutate(self, frame: Frame, page: Page, said: Json, first: int | None = None) -> Change:
        return page.change(self._pages.stream(frame.page).mutation(said, first), first)

    def _turned(self) -> Iterator[Json]:
        """The visitor looks at another page, which has something to show."""
        page = self._pages.get(self._front.page)
        if page and page.tree and page.number != self._shown:
            self._shown = page.number
            yield from self._whole(page)

    def _whole(self, page: Page) -> Iterator[Json]:
        assert page.tree
        serializer = Serializer(page, self._assets)
        yield {"type": META, "data": {"href": page.url, "width": page.width, "height": page.height}}
        left, top = page.scroll.get(page.tree.root.id, (0, 0))
        node = serializer.whole(page.tree.root)
        yield {"type": FULL, "data": {"node": node, "initialOffset": {"left": left, "top": top}}}
        yield from frames_attached(page.tree.root, serializer)
        yield from sheets_adopted(page.tree.root)
        if page.focus in page.tree:
            yield _incremental(INTERACTION, type=CLICKS["focus"], id=page.focus, x=0, y=0)

    def _come(self, page: Page) -> Iterator[Json]:
        """Style sheets and pictures that were named by their address before they could be read."""
        assert page.tree
        serializer, attributes = Serializer(page, self._assets), []
        for node in page.tree.root.walk():
            told = page.shown.get(node, NOT_PUT_IN)
            # A sheet is told again when pictures of it have come.
            if node.tag == "link" or (node.tag == "img" and told == NOT_PUT_IN):
                now = serializer.loaded(node)
                if now and page.shown[node] != told:
                    attributes.append({"id": node.id, "attributes": now})
                elif not now:
                    page.shown[node] = told
        if attributes:
            yield _incremental(0, texts=[], removes=[], adds=[], attributes=attributes)

    def _canvas(self, page: Page, node: int, picture: str) -> Iterator[Json]:
        page.canvas[node] = picture
        found = self._assets.canvas(picture)
        if found and page.tree and node in page.tree:
            yield _incremental(
                0, texts=[], removes=[], adds=[], attributes=[{"id": node, "attributes": {"src": found}}]
            )


def _scroll(page: Page, node: int, x: float, y: float) -> Iterator[Json]:
    page.scroll[node] = (x, y)
    yield _incremental(SCROLL, id=node, x=x, y=y)


def _input(page: Page, node: int, text: str, checked: int) -> Iterator[Json]:
    page.values[node] = (text, checked)
    field = page.tree.node(node) if page.tree else None
    told = chosen_value(field, text) if field and field.tag == "select" else text
    yield _incremental(INPUT, id=node, text=told, isChecked=checked == 1)


def _pointer(page: Page, path: list[Any]) -> Iterator[Json]:
    found = [position for stretch in path for position in positions(stretch)]
    yield _incremental(MOVE, positions=[{"x": x, "y": y, "id": node, "timeOffset": dt} for dt, x, y, node in found])


def _click(page: Page, kind: str, node: int, x: float, y: float) -> Iterator[Json]:
    if kind in ("focus", "blur"):
        page.focus = node if kind == "focus" else 0
        x = y = 0
    yield _incremental(INTERACTION, type=CLICKS[kind], id=node, x=x, y=y)


def _selection(page: Page, spans: list[list[int]]) -> Iterator[Json]:
    names = ("start", "startOffset", "end", "endOffset")
    in_text = [span for span in spans if span[0] != span[2] or _is_text(page, span[0])]
    yield _incremental(SELECTION, ranges=[dict(zip(names, span, strict=True)) for span in in_text])


def _is_text(page: Page, node: int) -> bool:
    """In a field the offsets are of its value, which rrweb has no word for."""
    return page.tree is not None and page.tree.node(node).tag not in ("input", "textarea")


def _media(page: Page, node: int, state: Json) -> Iterator[Json]:
    page.media[node] = (state.get("paused", 1), state.get("time", 0))
    facts = {"currentTime": state.get("time"), "volume": state.get("volume"), "playbackRate": state.get("rate")}
    muted = {"muted": bool(state["muted"])} if "muted" in state else {}
    known = {name: value for name, value in facts.items() if value is not None}
    yield _incremental(MEDIA, id=node, type=1 if state.get("paused") else 0, **known, **muted)


def _rule(page: Page, node: int, index: int, text: str | None) -> Iterator[Json]:
    page.set_rule(node, index, text)
    change: Json = {"removes": [{"index": index}]} if text is None else {"adds": [{"rule": text, "index": index}]}
    yield _incremental(RULE, id=node, **change)


TOLD: dict[str, Callable[..., Iterator[Json]]] = {
    "scroll": _scroll,
    "input": _input,
    "pointer": _pointer,
    "click": _click,
    "selection": _selection,
    "media": _media,
    "rule": _rule,
}


def _incremental(source: int, **data: Any) -> Json:
    return {"type": INCREMENTAL, "data": {"source": source, **data}}


def _fault(number: int, what: str, why: str) -> Json:
    return _custom("fault", {"page_id": number, "what": what, "why": why[:200]})


def _custom(name: str, payload: Any) -> Json:
    return {"type": CUSTOM, "data": {"tag": f"alongside.{name}", "payload": payload}}


def _is_stored(node: Any) -> bool:
    """A subtree that the tenant's store has, by its digest."""
    return isinstance(node, list) and len(node) == 1 and isinstance(node[0], str)
