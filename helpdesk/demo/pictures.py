"""Pictures of a page: the JPEG peer of the method, and how far two pictures differ."""

import asyncio
import base64
import contextlib
import io
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image
from playwright.async_api import CDPSession, Error, Page

MIN_INTERVAL_S = 0.2
QUALITY = 60


@dataclass
class JpegPeer:
    """JPEG pictures of a page, taken only when it changes and at most five a second, as a picture-based tool sends.

    `taken` holds (time in s since 1970, JPEG bytes) in order, `seen` all that the browser painted: what a moment of the
    video is compared with.
    """

    taken: list[tuple[float, bytes]] = field(default_factory=list)
    seen: list[tuple[float, bytes]] = field(default_factory=list)
    _cdp: CDPSession | None = None
    _tasks: set[Any] = field(default_factory=set)

    async def start(self, page: Page) -> None:
        self._cdp = await page.context.new_cdp_session(page)
        self._cdp.on("Page.screencastFrame", self._on_frame)
        await self._cdp.send("Page.enable")
        await self._cdp.send("Page.startScreencast", {"format": "jpeg", "quality": QUALITY, "everyNthFrame": 1})

    def _on_frame(self, event: dict[str, Any]) -> None:
        at = event["metadata"].get("timestamp") or time.time()
        self.seen.append((at, base64.b64decode(event["data"])))
        if not self.taken or at - self.taken[-1][0] >= MIN_INTERVAL_S:
            self.taken.append(self.seen[-1])
        task = asyncio.ensure_future(self._acknowledge(event["sessionId"]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _acknowledge(self, session_id: int) -> None:
        with contextlib.suppress(Error):  # the page can be gone before its last picture is acknowledged
            if self._cdp is not None:
                await self._cdp.send("Page.screencastFrameAck", {"sessionId": session_id})

    async def stop(self) -> None:
        if self._cdp is not None:
            await self._cdp.send("Page.stopScreencast")
            await self._cdp.detach()
            self._cdp = None

    @property
    def total_bytes(self) -> int:
        return sum(len(data) for _, data in self.taken)


def load(data: bytes) -> np.ndarray:
    """Decode to an (height, width, 3) array of uint8."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def differing_share(ours: np.ndarray, theirs: np.ndarray, *, boxes: list[tuple[int, int, int, int]]) -> float:
    """Share of pixels whose channels differ by more than 24 of 255, outside `boxes` (x, y, width, height).

    Both pictures have the same shape.
    """
    different = np.abs(ours.astype(np.int16) - theirs.astype(np.int16)).max(axis=2) > 24
    for x, y, width, height in boxes:
        different[max(0, y) : y + height, max(0, x) : x + width] = False
    return float(different.mean())


def likeness(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Correlation (-1 to 1) of the `cells` of two pictures: which state a frame shows. Two that are blank are alike."""
    a, b = ours - ours.mean(), theirs - theirs.mean()
    ours_vary, theirs_vary = (float((grid * grid).sum()) for grid in (a, b))
    if not ours_vary or not theirs_vary:
        return float(ours_vary == theirs_vary)
    return float((a * b).sum() / np.sqrt(ours_vary * theirs_vary))


def cells(picture: np.ndarray) -> np.ndarray:
    """A picture shrunk to 36 rows of 64 grey values."""
    return np.asarray(Image.fromarray(picture).convert("L").resize((64, 36), Image.Resampling.BOX), dtype=np.float64)
