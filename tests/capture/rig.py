"""A visitor's page and a stage in one browser; the test moves the frames between them."""

import base64
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Frame, Page, ViewportSize

from assist.channel.protocol import STREAMED, FrameFlag, FrameKind, decode_frame
from assist.channel.protocol import Frame as SentFrame
from tests.capture import sites
from tests.capture.tenant import Tenant
from tests.page_streams import Said

WAIT_SECONDS = 20
# Longer than what the capture code waits for before it sends more: it names a page 600 ms after its last change.
QUIET_SECONDS = 0.9
QUIET_TICKS = 12
SIZE = ViewportSize(width=1280, height=720)


@dataclass
class Rig:
    visitor: Page
    console: Page
    origin: str
    store: sites.AssetStore
    asked: list[str]
    frames: list[bytes] = field(default_factory=list)
    offered: int = 0
    uploaded_bytes: int = 0
    # What the way to the stage makes of a frame.
    line: Callable[[bytes], bytes] = bytes
    _moved: int = 0

    @property
    def stage(self) -> Frame:
        return next(frame for frame in self.console.frames if frame.url.endswith("/stage/"))

    @property
    def page(self) -> Frame:
        """The document of the rebuilt page."""
        return self.stage.child_frames[0]

    @property
    def reports(self) -> list[dict[str, Any]]:
        return self.console.evaluate("reports")

    def open(self, path: str) -> None:
        self.visitor.goto(f"{self.origin}/{path}")

    def pump(self) -> None:
        """Hand the frames that have come so far to the stage."""
        fresh, self._moved = self.frames[self._moved :], len(self.frames)
        if fresh:
            frames = [base64.b64encode(self.line(frame)).decode() for frame in fresh]
            self.console.evaluate("f => push(f, true)", frames)

    def skip(self, count: int) -> None:
        """So many more the stage has got in another way."""
        self._moved += count

    def has_taken_all(self) -> bool:
        """Whether the stage has carried out all that was handed over."""
        return self.console.evaluate("hasTakenAll()")

    def until(self, condition: Callable[[], object], what: object = "", seconds: float = WAIT_SECONDS) -> None:
        """Move frames until the condition holds; fail when it does not in time.

        To look at it takes at most half of the time: it holds the pages up that it waits for.
        """
        deadline = time.monotonic() + seconds
        while True:
            self.pump()
            began = time.monotonic()
            if condition():
                return
            looked_ms = (time.monotonic() - began) * 1000
            assert time.monotonic() < deadline, f"did not come to hold: {what or condition}"
            self.visitor.wait_for_timeout(max(20, min(looked_ms, 200)))

    def settle(self) -> None:
        """Wait until nothing more is sent while the page has its turns, and the stage has applied it all."""
        deadline, count, quiet = time.monotonic() + WAIT_SECONDS, -1, 0
        while quiet < QUIET_TICKS or not self.has_taken_all():
            assert time.monotonic() < deadline, "the page does not come to rest"
            self.pump()
            self.visitor.wait_for_timeout(1000 * QUIET_SECONDS / QUIET_TICKS)
            with suppress(Error):  # between two documents
                self.visitor.evaluate("0")
            quiet = quiet + 1 if len(self.frames) == count else 0
            count = len(self.frames)

    def until_sent(self, text: str) -> None:
        """Wait until it has been said, be it on the shelf, and a whole snapshot as well; hand nothing over."""
        while not self._has_said(text):
            self.visitor.wait_for_timeout(20)

    def _has_said(self, text: str) -> bool:
        said = [stream.rpartition("\n")[0] for stream in streams(self.frames).values()]
        return all(any(part in stream for stream in said) for part in (text, '["snapshot"'))

    def kinds(self) -> list[str]:
        return [self.kind_of(frame) for frame in self.frames]

    @staticmethod
    def kind_of(frame: bytes) -> str:
        return FrameKind(frame[0]).name

    def operations(self, frames: list[bytes] | None = None) -> str:
        """All that was said in page streams, inflated; other payloads as they are."""
        return "".join(inflated(frames if frames is not None else self.frames))


def inflated(frames: list[bytes]) -> Iterator[str]:
    for frame, text in read(frames):
        yield text if frame.kind in STREAMED else f"{FrameKind(frame.kind).name} {text}\n"


def streams(frames: list[bytes]) -> dict[int, str]:
    """What was said of each page, in its streams."""
    said: dict[int, str] = {}
    for frame, text in read(frames):
        if frame.kind in STREAMED:
            said[frame.page] = said.get(frame.page, "") + text
    return said


def read(frames: list[bytes]) -> Iterator[tuple[SentFrame, str]]:
    said: dict[int, Said] = {}
    for data in frames:
        frame = decode_frame(data)
        if frame.kind not in STREAMED:
            yield frame, frame.payload.decode()
            continue
        if frame.flags & FrameFlag.STREAM_START:
            said[frame.page] = Said()
        yield frame, said[frame.page].text(frame)


def payload_bytes(frames: list[bytes]) -> int:
    return sum(len(frame) - struct.calcsize("!BBHIId") for frame in frames)


@contextmanager
def rig(
    browser: Browser,
    folder: Path,
    *,
    masking: object = None,
    mappings: object = None,
    size: ViewportSize | None = None,
    handler: object = None,
    stage: Callable[[sites.AssetStore, list[str]], object] = sites.stage,
    ratio: float = 1,
    touch: bool = False,
    tenant: Tenant | None = None,
    origins: tuple[str, ...] = (),
) -> Iterator[Rig]:
    """Visitor and stage side by side; `folder` is the visitor's site unless a handler of requests is given.

    With a `tenant` this is one session of it, and subtrees are asked for.

    Frames of `origins` (how they begin) that have the script tag say themselves what is in them.

    `ratio` is the pixel ratio of both screens; the visitor's can be a touch screen without a mouse.
    """
    store = tenant.assets if tenant else {}
    asked: list[str] = []
    with ExitStack() as stack:
        origin = stack.enter_context(sites.served(handler or sites.site(folder)))
        console_url = stack.enter_context(sites.served(stage(store, asked)))
        visitor = browser.new_context(
            viewport=size or SIZE, device_scale_factor=ratio, has_touch=touch, is_mobile=touch
        )
        console = browser.new_context(viewport={"width": 1600, "height": 1200}, device_scale_factor=ratio)
        stack.callback(visitor.close)
        stack.callback(console.close)
        made = Rig(visitor.new_page(), console.new_page(), origin, store, asked)
        if tenant:
            made.visitor.expose_function("testAsk", lambda row: tenant.ask(id(made), row))
        _connect(made, tenant or Tenant(store), masking=masking or {}, mappings=mappings or {}, origins=origins)
        made.console.goto(console_url)
        made.console.wait_for_function("reports.some(report => report.type === 'ready')")
        yield made


def _connect(made: Rig, tenant: Tenant, *, masking: object, mappings: object, origins: tuple[str, ...]) -> None:
    def offer(hashes: list[str]) -> list[str]:
        made.offered += len(hashes)
        return [sha256 for sha256 in hashes if sha256 not in made.store]

    def upload(sha256: str, content_type: str, body: str) -> bool:
        data = base64.b64decode(body)
        made.uploaded_bytes += len(data)
        return tenant.keep(sha256, content_type, data)

    made.visitor.expose_function("testFrame", lambda text: made.frames.append(base64.b64decode(text)))
    made.visitor.expose_function("testOffer", offer)
    made.visitor.expose_function("testUpload", upload)
    made.visitor.add_init_script(sites.host_script(masking=masking, mappings=mappings, tab=1, origins=origins))
