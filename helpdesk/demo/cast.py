"""The two people of the demo: a visitor and an agent, each in a real browser."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Browser, ElementHandle, Frame, Page, Request, WebSocket

from assist.channel.heads import Heads
from assist.channel.protocol import HEADER_BYTES, FrameKind, decode_frame
from helpdesk.demo import page_scripts
from helpdesk.demo.pictures import JpegPeer

T = TypeVar("T")
DEADLINE_S = 15.0


class StoryError(AssertionError):
    """A step of the demo did not happen; the text says which and what was seen."""


async def until(what: str, probe: Callable[[], Awaitable[T]], *, seconds: float = DEADLINE_S, every: float = 0.02) -> T:
    """The first true answer of `probe`; StoryError with `what` when the deadline passes."""
    ends, answer = time.monotonic() + seconds, None
    while time.monotonic() < ends:
        answer = await probe()
        if answer:
            return answer
        await asyncio.sleep(every)
    raise StoryError(f"{what}: not within {seconds:g} s, last seen {answer!r}")


@dataclass
class SentFrame:
    """What the visitor's browser put on the wire: a binary frame, or a text message as kind 0.

    `at` is when it was seen there, `happened_at` what its header says: s since 1970, 0 for text.
    """

    at: float
    kind: int
    page: int
    size_bytes: int
    happened_at: float = 0.0
    payload_bytes: int = 0


@dataclass
class Visitor:
    """The visitor's browser and what went over its wire; `left_at` is when it set out for another document."""

    page: Page
    sent: list[SentFrame] = field(default_factory=list)
    received_capture_bytes: list[tuple[float, int]] = field(default_factory=list)
    uploaded_bytes: int = 0
    left_at: list[float] = field(default_factory=list)
    peer: JpegPeer = field(default_factory=JpegPeer)

    @classmethod
    async def arrive(cls, browser: Browser, *, url: str, width: int = 1280, height: int = 720) -> "Visitor":
        context = await browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
        visitor = cls(page=await context.new_page())
        visitor.page.on("websocket", visitor._watch_socket)
        visitor.page.on("request", visitor._watch_request)
        await visitor.page.goto(url)
        return visitor

    def _watch_socket(self, socket: WebSocket) -> None:
        if "/ws/assist/assets/" in socket.url:
            socket.on("framesent", self._on_uploaded)
            return
        socket.on("framesent", partial(self._on_sent, Heads()))
        socket.on("framereceived", self._on_received)

    def _on_sent(self, heads: Heads, payload: str | bytes) -> None:
        if isinstance(payload, bytes):
            frame = decode_frame(heads.whole(payload))
            happened_at, size = frame.time / 1000, len(frame.payload)
            self.sent.append(SentFrame(time.time(), frame.kind, frame.page, len(payload), happened_at, size))
        else:
            self.sent.append(SentFrame(time.time(), 0, 0, len(payload.encode())))

    def _on_received(self, payload: str | bytes) -> None:
        if isinstance(payload, bytes) and len(payload) >= HEADER_BYTES and payload[0] == FrameKind.CAPTURE_CODE:
            self.received_capture_bytes.append((time.time(), len(payload)))

    def _on_uploaded(self, payload: str | bytes) -> None:
        self.uploaded_bytes += len(payload if isinstance(payload, bytes) else payload.encode())

    def _watch_request(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.left_at.append(time.time())

    async def state(self) -> str:
        return await self.page.evaluate("document.documentElement.dataset.alongside ?? ''")

    async def reach(self, state: str) -> None:
        async def probe() -> bool:
            return await self.state() == state

        await until(f"visitor's page reaches '{state}'", probe)

    def bytes_up(self, since: float = 0.0) -> int:
        """Bytes of channel messages since a moment (s since 1970), each kind counted."""
        return sum(frame.size_bytes for frame in self.sent if frame.at >= since)

    def sizes_up(self, since: float) -> list[tuple[int, int, int]]:
        """Kind, page and bytes of each frame since a moment."""
        return [(frame.kind, frame.page, frame.size_bytes) for frame in self.sent if frame.at >= since]

    def payload_up(self, *, since: float) -> int:
        """Bytes of payload for the page that came last, from its history event on."""
        frames = [frame for frame in self.sent if frame.at >= since]
        returns = [frame for frame in frames if frame.kind == FrameKind.HISTORY]
        if not returns:
            raise StoryError(f"no history event was sent: {self.sizes_up(since)}")
        after = frames[frames.index(returns[-1]) :]
        return sum(frame.payload_bytes for frame in after)

    async def ask(self, note: str) -> float:
        """Send a request; the moment of the click on 'send', by the monotonic clock."""
        await self.page.get_by_test_id("assist-button").click()
        await self.page.get_by_test_id("assist-note").fill(note)
        sent_at = time.monotonic()
        await self.page.get_by_test_id("assist-send").click()
        return sent_at

    async def picture(self) -> bytes:
        """PNG of the page without our own element, which is not part of the tenant's page."""
        hide = "alongside-assist { visibility: hidden !important; }"
        return await self.page.screenshot(style=hide)

    async def mark(self, name: str) -> float:
        return await self.page.evaluate(page_scripts.SET_MARK, name)


@dataclass
class Agent:
    """The agent's browser at the desk."""

    page: Page

    @classmethod
    async def sign_in(cls, browser: Browser, *, base_url: str, email: str, password: str) -> "Agent":
        context = await browser.new_context(viewport={"width": 1900, "height": 1300}, locale="en-GB")
        agent = cls(page=await context.new_page())
        await agent.page.goto(f"{base_url}/accounts/login/")
        await agent.page.locator("[name=login]").fill(email)
        await agent.page.locator("[name=password]").fill(password)
        await agent.page.locator("[name=password]").press("Enter")
        await agent.page.wait_for_url("**/desk/**")
        await agent.page.goto(f"{base_url}/desk/assist/")
        return agent

    async def console(self, name: str) -> str:
        """A data attribute of the console, '' when it isn't there."""
        return await self.page.get_by_test_id("assist-console").get_attribute(f"data-{name}") or ""

    async def reach(self, name: str, value: str, *, seconds: float = DEADLINE_S) -> None:
        async def probe() -> bool:
            return await self.console(name) == value

        await until(f"console shows {name}={value}", probe, seconds=seconds)

    async def stage(self) -> Frame:
        """The stage's own document (it holds the rebuilt page's iframe)."""

        async def probe() -> Frame | None:
            return next((frame for frame in self.page.frames if "/stage/" in urlsplit(frame.url).path), None)

        found = await until("the stage is there", probe)
        assert found is not None
        return found

    async def rebuilt(self) -> ElementHandle:
        """The iframe of the page that is shown."""
        stage = await self.stage()
        frame = await stage.wait_for_selector("[data-testid=assist-page]:visible")
        assert frame is not None
        return frame

    async def picture(self) -> bytes:
        """PNG of the rebuilt page, without the marks that the stage draws over it."""
        frame = await self.rebuilt()
        return await frame.screenshot(style="[data-stage-mark] { visibility: hidden !important; }")

    async def values(self, *selectors: str) -> list[str]:
        """Values of fields in the rebuilt page, '' for one that is not there."""
        return await self._in_page("(body) => selectors.map((s) => body.querySelector(s)?.value ?? '')", selectors)

    async def structure(self) -> list[str]:
        return await self._in_page(page_scripts.STRUCTURE)

    async def unsettled(self, mark: str, fonts: list[str]) -> list[str]:
        """What the rebuilt page waits for: the visitor's newest mark and fonts, assets, what the page itself loads."""
        return await (await self.stage()).evaluate(page_scripts.UNSETTLED_STAGE, [mark, fonts])

    async def _in_page(self, look: str, selectors: tuple[str, ...] = ()) -> list[str]:
        """What a function of the rebuilt page's body answers, [] while there is none."""
        stage = await self.stage()
        return await stage.evaluate(
            "(selectors) => { const frame = [...document.querySelectorAll('[data-testid=assist-page]')]"
            ".find((f) => f.getClientRects().length);"
            f" return frame?.contentDocument?.body ? ({look})(frame.contentDocument.body) : []; }}",
            list(selectors),
        )
