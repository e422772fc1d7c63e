"""The visitor's way from an application that is not a web page: ask → wait → link → consent → live → ended.

Everything runs in an event loop on a thread of its own; every public method may be called from any thread, and
listeners are called on that thread.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from alongside_client.api import Api, Landed, Problem
from alongside_client.capture import NativePage, Viewport
from alongside_client.link import token_of
from alongside_client.live import Live
from alongside_client.waiting import follow

logger = logging.getLogger(__name__)
Listener = Callable[..., None]
# States of a request of which something is still to come, and of a link of which nothing is.
WAITING = frozenset({"pending", "accepted"})
DEAD = frozenset({"expired", "revoked", "refused", "ended"})


class Assistance:
    """`desk` is the desk's address, `app` that of the application: its origin is among the tenant's `allowed_origins`.

    `rules_key` is the tenant's `rules_public_key`, built into the application: rules that it has not signed are not
    followed. Listeners get keyword arguments:

    `requested(request_id, state, message)`, `link(url, agent_name)`, `consent(landed)`, `live(session_id)`,
    `watching(count, names, listeners, agent)`, `paused(is_paused)`, `offline()`, `refused(detail)` of a page,
    `problem(code, detail)`, `ended(reason)`.
    """

    def __init__(self, *, desk: str, public_key: str, rules_key: str, app: str, language: str = "en") -> None:
        self.app = app
        self._api = Api(desk.rstrip("/"), public_key, "/".join(app.split("/")[:3]), language)
        self._rules_key = rules_key
        self._identity: dict[str, str] = {}
        self._listeners: dict[str, list[Listener]] = {}
        self._asked: tuple[str, str] | None = None
        self._landed: Landed | None = None
        self._live: Live | None = None
        self._lives: list[Live] = []
        self._page: NativePage | None = None
        self._viewport: Viewport = {}
        self._waiting: asyncio.Task[None] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="alongside", daemon=True)
        self._thread.start()

    def on(self, name: str, listener: Listener) -> None:
        """Call it at this event."""
        self._listeners.setdefault(name, []).append(listener)

    def identify(self, **identity: str) -> None:
        """`id`, `name`, `email` and `signature`; before `request`."""
        self._identity = identity

    def request(self, *, note: str, name: str = "", email: str = "", title: str = "") -> "Future[str]":
        """Ask for help; the id of the request, or Problem."""
        return self._start(self._request(note=note, name=name, email=email, title=title))

    def cancel(self) -> None:
        """Take the request back."""
        self._start(self._cancel())

    def open_link(self, url: str) -> None:
        """The visitor has clicked or pasted the invite link: `consent` or `problem` follows."""
        self._start(self._land(token_of(url)))

    def agree(self) -> None:
        """The visitor agrees to what `consent` said."""
        self._start(self._agree())

    def refuse(self) -> None:
        """The visitor does not."""
        self._start(self._refuse())

    def end(self) -> None:
        """Nothing is captured from here on; what was captured before still goes out."""
        self._call(lambda live: live.end())

    def pause(self) -> None:
        self._call(lambda live: live.pause())

    def resume(self) -> None:
        self._call(lambda live: live.resume())

    def show(self, page: NativePage) -> None:
        """The page in front as it is now; kept until it can be captured. What has changed is found here."""
        self._loop.call_soon_threadsafe(self._show, page)

    def close_page(self, page_id: str) -> None:
        """A window was closed."""
        self._call(lambda live: live.close_page(page_id))

    def resize(self, viewport: Viewport) -> None:
        """Before `agree` and on each change: width, height and those of the screen in points, `dpr`, `zoom`."""
        self._loop.call_soon_threadsafe(self._resize, viewport)

    def point(self, x: float, y: float) -> None:
        """Where the pointer is, in points of the page."""
        self._call(lambda live: live.point(x, y))

    def click(self, kind: str, x: float, y: float) -> None:
        """`mousedown`, `mouseup`, `click`, `dblclick` or `contextmenu`."""
        self._call(lambda live: live.click(kind, x, y))

    def close(self) -> None:
        """The application ends; a live session waits for its grace period."""
        self._start(self._close()).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    def emit(self, name: str, **values: Any) -> None:
        """Tell the listeners; one that raises is the application's own matter."""
        for listener in self._listeners.get(name, []):
            try:
                listener(**values)
            except Exception:
                logger.exception("a listener of %r failed", name)

    def ended(self, reason: str) -> None:
        """The session is over on both sides."""
        self._live = None
        self.emit("ended", reason=reason)

    async def _request(self, *, note: str, name: str, email: str, title: str) -> str:
        fields: dict[str, Any] = {"note": note, "name": name, "email": email, "page_url": self.app, "page_title": title}
        if self._identity:
            fields["identity"] = self._identity
        asked = await self._api.ask(**fields)
        request_id = str(asked["request_id"])
        self.emit("requested", request_id=request_id, state=asked["state"], message=asked["message"])
        if asked["state"] == "pending":
            self._asked = request_id, asked["request_token"]
            self._waiting = asyncio.create_task(self._follow(*self._asked))
        return request_id

    async def _follow(self, request_id: str, token: str) -> None:
        url = self._api.request_socket(request_id)
        async for status in follow(url, token=token, origin=self._api.origin):
            if status.get("link"):
                self.emit("link", url=status["link"], agent_name=status.get("agent_name", ""))
            elif status["state"] not in WAITING or status.get("link_state") in DEAD:
                self.emit("problem", code=status["state"], detail=status["message"])
                return

    async def _cancel(self) -> None:
        self._stop_waiting()
        if self._asked:
            asked, self._asked = self._asked, None
            await self._api.cancel(*asked)

    async def _land(self, token: str) -> None:
        self._landed = await self._api.land(token)
        self.emit("consent", landed=self._landed)

    async def _agree(self) -> None:
        if not self._landed or self._live:
            return
        try:
            redeemed = await self._api.redeem(self._landed)
        except Problem as problem:
            if problem.code != "consent_changed":
                raise
            await self._land(self._landed.token)
            return
        self._stop_waiting()
        self._landed = self._asked = None
        self._live = Live(
            redeemed, api=self._api, app=self.app, rules_key=self._rules_key, viewport=self._viewport, owner=self
        )
        self._lives.append(self._live)
        if self._page:
            self._live.show(self._page)
        self._live.start()

    async def _refuse(self) -> None:
        landed, self._landed = self._landed, None
        if landed:
            await self._api.refuse(landed)
        self.emit("ended", reason="consent_refused")

    async def _close(self) -> None:
        self._stop_waiting()
        for live in self._lives:
            await live.close()

    def _show(self, page: NativePage) -> None:
        self._page = page
        if self._live:
            self._live.show(page)

    def _resize(self, viewport: Viewport) -> None:
        self._viewport = viewport
        if self._live:
            self._live.resize(viewport)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None

    def _call(self, act: Callable[[Live], None]) -> None:
        self._loop.call_soon_threadsafe(lambda: act(self._live) if self._live else None)

    def _start(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(self._told(work), self._loop)

    async def _told(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await work
        except Problem as problem:
            self.emit("problem", code=problem.code, detail=str(problem))
            raise
        except Exception:
            logger.exception("a step of the assistance failed")
            raise
