"""Native pages as they are sent: entered, changed, left and come back to. All of it in the channel's event loop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from alongside_client.difference import difference
from alongside_client.native import Sight, page_tree
from alongside_client.page import BadNativePage, Node
from alongside_client.pages import KnownPage, Pages
from alongside_client.rules import Rules, without_personal
from alongside_client.stream import PageStream, Send, now_ms
from alongside_client.text import clipped
from alongside_client.tree import as_json, digest
from alongside_client.wire import FrameFlag, FrameKind

# Everything that happens on a native page happens somewhere on its one surface.
WHOLE_PAGE = 1
PAGE_ID_MAX = 1000
TITLE_MAX = 300
URL_MAX = 2000
POINTER_EVERY_MS = 50
Viewport = dict[str, float]


@dataclass(frozen=True)
class NativePage:
    """What the application shows: page.schema.json; `images` are bytes by their SHA-256."""

    page_id: str
    title: str
    root: Any
    images: dict[str, bytes] = field(default_factory=dict)


class Capture:
    """`app` is the address that native pages are named below; `changed` is told that there is something to flush."""

    def __init__(
        self, *, tab: int, app: str, rules: Rules, viewport: Viewport, send: Send, changed: Callable[[], None]
    ) -> None:
        self.rules = rules
        self._app, self._send, self._changed = app.rstrip("/"), send, changed
        self._pages = Pages(tab)
        self._viewport = viewport
        self._page: NativePage | None = None
        self._known: KnownPage | None = None
        self._root: Node = []
        self._newest: Node | None = None
        self._stream: PageStream | None = None
        self._acts: list[tuple[str, int, Any]] = []
        self._has_acted = self._is_paused = False
        # Images that the page in front shows, by SHA-256, and those that the store has.
        self._shown: set[str] = set()
        self._stored: set[str] = set()

    def show(self, page: NativePage) -> None:
        """The page in front, whole; only what has changed is sent. Raise BadNativePage: then the last one stays."""
        if page == self._page:
            return
        if not 0 < len(page.page_id) <= PAGE_ID_MAX:
            raise BadNativePage(f"A page id has 1 to {PAGE_ID_MAX} characters.")
        tree = self._tree(page)
        is_other = self._page is None or self._page.page_id != page.page_id
        if is_other and not self._is_paused:
            self._leave()
        self._page, self._newest = page, tree
        if is_other and not self._is_paused:
            self._enter()
        self._announce()
        self._changed()

    def flush(self) -> None:
        """Send what has changed and been done since."""
        if self._is_paused or not self._stream:
            return
        if self._newest is not None:
            change, self._root = difference(self._root, self._newest)
            self._newest = None
            if change:
                self._stream.add("mutation", now_ms(), change)
        for name, at_ms, values in self._acts:
            self._stream.add(name, at_ms, *values)
        self._acts = []
        self._stream.send(flags=FrameFlag.FRONT if self._has_acted else 0)
        self._has_acted = False

    def resync(self) -> None:
        """Send the page in front whole once more, on a stream of its own."""
        if self._known and not self._is_paused:
            self._known.points.clear()
            self._send_whole(self._known)

    def pause(self, *, is_told: bool = True) -> None:
        """From here on nothing is sent, until `resume`."""
        if not self._is_paused:
            self.flush()
            if is_told:
                self._tell(FrameKind.PAUSE, {})
            self._is_paused = True

    def resume(self, *, is_told: bool = True) -> None:
        """What was done meanwhile is nobody's business."""
        if not self._is_paused:
            return
        self._is_paused, self._acts = False, []
        if is_told:
            self._tell(FrameKind.RESUME, {})
        if self._known and self._page and self._known.page_id == self._page.page_id:
            self.resync()
            return
        newest, self._newest = self._newest, None
        self._leave()
        self._newest = newest
        if self._page:
            self._enter()

    def resize(self, viewport: Viewport) -> None:
        """The window has another size now, or another screen."""
        if viewport != self._viewport:
            self._viewport = viewport
            self._tell(FrameKind.VIEWPORT, viewport)

    def point(self, x: float, y: float) -> None:
        """The pointer is here, in points of the page."""
        now = now_ms()
        last = self._acts[-1] if self._acts else None
        if last and last[0] == "pointer" and now - last[1] < POINTER_EVERY_MS:
            return
        self._act("pointer", now, [[[0, round(x), round(y), WHOLE_PAGE]]])

    def click(self, kind: str, x: float, y: float) -> None:
        """`kind` is mousedown, mouseup, click, dblclick or contextmenu."""
        self._act("click", now_ms(), [kind, WHOLE_PAGE, round(x), round(y)])

    def turn_front(self) -> None:
        """The visitor is at this application."""
        self._tell(FrameKind.VISIBILITY, {}, FrameFlag.FRONT)

    def images(self) -> dict[str, bytes]:
        """Of the page in front, those that are shown."""
        given = self._page.images if self._page else {}
        return {sha256: given[sha256] for sha256 in self._shown if sha256 in given}

    def close(self, page_id: str) -> None:
        """The page is closed, as a window is: it can't be come back to."""
        if self._page and self._page.page_id == page_id:
            self._page = self._known = self._stream = None
        for page in self._pages.close(page_id):
            self._control(FrameKind.PAGE_CLOSE, page, {})

    def image_stored(self, sha256: str) -> None:
        """The store has this image: whoever watches can load it from there."""
        self._stored.add(sha256)
        self._announce()

    def _tree(self, page: NativePage) -> Node:
        shown: set[str] = set()
        types = self.rules.data_at(self._address(page))
        sight = Sight(hides=lambda text: without_personal(text, types), shows=shown.add)
        tree = page_tree(page.root, mapping=self.rules.mapping_for(page.page_id), title=page.title, sight=sight)
        self._shown = shown
        return tree

    def _enter(self) -> None:
        assert self._page
        assert self._newest is not None
        self._root, self._newest = self._newest, None
        name = digest(self._root)
        known = self._pages.find(self._page.page_id, name)
        if known:
            self._return(known, name)
            return
        self._known = self._pages.create(self._page.page_id)
        self._control(FrameKind.PAGE_ENTER, self._known, self._arrival())
        self._send_whole(self._known)
        self._tell(FrameKind.VIEWPORT, self._viewport)

    def _return(self, known: KnownPage, name: str) -> None:
        """The tree has ids in pre-order, as the other side numbers the page anew."""
        payload = {**self._arrival(), "checkpoint": name, "at_seq": known.points[name], "volatile": {}}
        known.point(name, self._control(FrameKind.HISTORY, known, payload))
        self._known, self._stream = known, PageStream(self._send, known.number)
        self._announce()

    def _leave(self) -> None:
        if not self._known:
            return
        self.flush()
        name = digest(self._root)
        self._known.point(name, self._control(FrameKind.PAGE_LEAVE, self._known, {"digest": name}))
        self._known = self._stream = None

    def _send_whole(self, known: KnownPage) -> None:
        self._stream = PageStream(self._send, known.number)
        self._root, self._newest = self._root if self._newest is None else self._newest, None
        self._stream.add("snapshot", now_ms(), self._root, {}, self._viewport)
        known.announced.clear()
        known.point(digest(self._root), self._stream.send(FrameKind.SNAPSHOT))
        self._announce()

    def _announce(self) -> None:
        """Say which images of the page in front can be loaded from the store, each once."""
        if not self._known or not self._stream or self._is_paused:
            return
        fresh = (self._shown & self._stored) - self._known.announced
        if fresh:
            self._known.announced |= fresh
            self._stream.add("assets", now_ms(), {f"asset:{sha256}": sha256 for sha256 in sorted(fresh)})
            self._changed()

    def _arrival(self) -> dict[str, Any]:
        assert self._page
        types = self.rules.data_at(self._address(self._page))
        url = without_personal(self._address(self._page), types)[:URL_MAX]
        title = clipped(without_personal(self._page.title, types), most=TITLE_MAX)
        return {"url": url, "title": title, "kind": "native", "viewport": self._viewport}

    def _address(self, page: NativePage) -> str:
        return f"{self._app}/{quote(page.page_id, safe='/')}"

    def _act(self, name: str, at_ms: int, values: list[Any]) -> None:
        if self._stream and not self._is_paused:
            self._acts.append((name, at_ms, values))
            self._has_acted = True
            self._changed()

    def _tell(self, kind: int, payload: dict[str, Any], flags: int = 0) -> None:
        if self._known and not self._is_paused:
            self._control(kind, self._known, payload, flags)

    def _control(self, kind: int, page: KnownPage, payload: dict[str, Any], flags: int = 0) -> int:
        return self._send(kind, page.number, as_json(payload).encode(), flags)
