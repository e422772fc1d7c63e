"""One session while it is live: the channel, the rules that came through it, and what is captured by them."""

import asyncio
import hashlib
import logging
from base64 import urlsafe_b64encode
from typing import Any, Protocol

from alongside_client.api import Api, Problem, Redeemed
from alongside_client.capture import Capture, NativePage, Viewport
from alongside_client.channel import Channel
from alongside_client.page import BadNativePage
from alongside_client.rules import BadRules, Rules, verified

logger = logging.getLogger(__name__)
CLIENT = "python-1"
FLUSH_SECONDS = 0.04
# What is written while the line is behind waits for the line, but not longer than this.
BACKLOG_BYTES = 64 * 1024
BACKLOG_SECONDS = 0.2
RESYNC_SECONDS = 2.0
CLOSE_SECONDS = 5.0
OFFER_MAX = 200
IMAGE_TYPES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}


class Owner(Protocol):
    def emit(self, name: str, **values: Any) -> None: ...
    def ended(self, reason: str) -> None: ...


class Live:
    def __init__(
        self, redeemed: Redeemed, *, api: Api, app: str, rules_key: str, viewport: Viewport, owner: Owner
    ) -> None:
        self._redeemed, self._api, self._app, self._key, self._owner = redeemed, api, app, rules_key, owner
        self._viewport = viewport
        self._page: NativePage | None = None
        self._rules: Rules | None = None
        self._capture: Capture | None = None
        self._is_paused = self._is_over = self._is_told = False
        self._flusher: asyncio.TimerHandle | None = None
        self._resyncer: asyncio.TimerHandle | None = None
        # Images by SHA-256 that wait for the desk's word, and those that were handled.
        self._offered: dict[str, bytes] = {}
        self._handled: set[str] = set()
        self._channel = Channel(
            url=redeemed.socket_url, token=redeemed.channel_token, origin=api.origin, client=CLIENT, events=self
        )
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        self._spawn(self._channel.run())

    def show(self, page: NativePage) -> None:
        self._page = page
        if self._capture:
            self._show(self._capture, page)

    def resize(self, viewport: Viewport) -> None:
        self._viewport = viewport
        if self._capture:
            self._capture.resize(viewport)

    def point(self, x: float, y: float) -> None:
        if self._capture:
            self._capture.point(x, y)

    def click(self, kind: str, x: float, y: float) -> None:
        if self._capture:
            self._capture.click(kind, x, y)

    def close_page(self, page_id: str) -> None:
        if self._page and self._page.page_id == page_id:
            self._page = None
        if self._capture:
            self._capture.close(page_id)

    def pause(self, *, is_told: bool = True) -> None:
        self._is_paused = True
        if self._capture:
            self._capture.pause(is_told=is_told)
        self._owner.emit("paused", is_paused=True)

    def resume(self, *, is_told: bool = True) -> None:
        self._is_paused = False
        if self._capture:
            self._capture.resume(is_told=is_told)
        self._owner.emit("paused", is_paused=False)

    def end(self) -> None:
        """The channel closes by itself once the desk knows."""
        if not self._is_over:
            self._flush()
            self._over("visitor_ended")
            self._channel.end()

    async def close(self) -> None:
        """The application ends: a session that was ended is still told to the desk, another one is left as it is."""
        if not self._is_over:
            self._is_over = True
            self._channel.abandon()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)

    # What the channel tells

    def welcomed(self, welcome: dict[str, Any]) -> None:
        if self._is_over:
            return
        try:
            self._take_rules(welcome.get("rules"))
        except BadRules as bad:
            logger.error("%s", bad)
            self._over("blocked")
            self._channel.end()
            return
        self._owner.emit("watching", **welcome["watching"])
        if not self._is_told:
            self._is_told = True
            self._owner.emit("live", session_id=self._redeemed.session_id)
        self._begin(welcome)

    def heard(self, kind: str, message: dict[str, Any]) -> None:
        if self._is_over:
            return
        if kind == "watchers":
            self._owner.emit("watching", **message)
        elif kind == "asset_want":
            self._upload(message["assets"])
        elif kind == "paused" and message["paused"] != self._is_paused:
            (self.pause if message["paused"] else self.resume)(is_told=False)
        elif kind == "resync" and self._capture:
            self._safely(self._capture.resync)
        elif kind == "front" and self._capture:
            self._capture.turn_front()

    def offline(self) -> None:
        if not self._is_over:
            self._owner.emit("offline")

    def given_up(self) -> None:
        """Later, since frames of the page as it was are being written."""
        if self._capture and not self._resyncer:
            self._resyncer = asyncio.get_running_loop().call_later(RESYNC_SECONDS, self._resync)

    def ended(self, reason: str) -> None:
        self._over(reason)

    def rules_known(self) -> str:
        return self._rules.sha256 if self._rules else ""

    # What is done with it

    def _take_rules(self, signed: dict[str, str] | None) -> None:
        """Raise BadRules. Those that are here already are not sent again."""
        if signed is None and self._rules:
            return
        said = signed or {"text": "", "signature": ""}
        self._rules = verified(
            said["text"], signature=said["signature"], key=self._key, session_id=self._redeemed.session_id
        )
        if self._capture:
            self._capture.rules = self._rules

    def _begin(self, welcome: dict[str, Any]) -> None:
        if self._capture:
            self._handled -= self._offered.keys()
            self._offer(self._offered | self._capture.images())
        if self._capture or not self._rules:
            return
        self._capture = Capture(
            tab=welcome["tab"],
            app=self._app,
            rules=self._rules,
            viewport=self._viewport,
            send=self._channel.send,
            changed=self._schedule,
        )
        if welcome["paused"] or self._is_paused:
            self.pause(is_told=False)
        if self._page:
            self._show(self._capture, self._page)

    def _show(self, capture: Capture, page: NativePage) -> None:
        self._safely(lambda: capture.show(page))
        self._offer(capture.images())

    def _offer(self, images: dict[str, bytes]) -> None:
        """The desk says which of them it wants; what is offered and not answered is offered again after a break."""
        fresh = [(sha256, data) for sha256, data in images.items() if sha256 not in self._handled][:OFFER_MAX]
        listed = [[_in_base64url(sha256), len(data)] for sha256, data in fresh]
        if listed and self._channel.say("asset_offer", assets=listed):
            self._handled.update(sha256 for sha256, _data in fresh)
            self._offered.update(fresh)

    def _upload(self, wanted: list[str]) -> None:
        """What the desk does not want of an offer is there already."""
        offered, self._offered = self._offered, {}
        for sha256, data in offered.items():
            if sha256 in wanted:
                self._spawn(self._upload_one(sha256, data))
            elif self._capture:
                self._capture.image_stored(sha256)

    async def _upload_one(self, sha256: str, data: bytes) -> None:
        if hashlib.sha256(data).hexdigest() != sha256:
            self._owner.emit("refused", detail=f"The image {sha256} has other bytes.")
            return
        try:
            await self._api.upload(self._redeemed, sha256=sha256, content_type=_type_of(data), data=data)
        except Problem as problem:
            self._owner.emit("refused", detail=str(problem))
            return
        if self._capture and not self._is_over:
            self._capture.image_stored(sha256)

    def _schedule(self) -> None:
        if not self._flusher and not self._is_over:
            wait = BACKLOG_SECONDS if self._channel.backlog_bytes() > BACKLOG_BYTES else FLUSH_SECONDS
            self._flusher = asyncio.get_running_loop().call_later(wait, self._flush)

    def _flush(self) -> None:
        self._flusher = None
        if self._capture and not self._is_over:
            self._safely(self._capture.flush)

    def _resync(self) -> None:
        self._resyncer = None
        if self._capture and not self._is_over:
            self._safely(self._capture.resync)

    def _safely(self, act: Any) -> None:
        """A page that can't be sent is the application's own matter: it is told, and the last one stays."""
        try:
            act()
        except BadNativePage as bad:
            self._owner.emit("refused", detail=str(bad))

    def _over(self, reason: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        for timer in (self._flusher, self._resyncer):
            if timer:
                timer.cancel()
        self._capture = None
        self._owner.ended(reason)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _type_of(data: bytes) -> str:
    return next((kind for start, kind in IMAGE_TYPES.items() if data.startswith(start)), "application/octet-stream")


def _in_base64url(sha256: str) -> str:
    """Without padding."""
    return urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")
