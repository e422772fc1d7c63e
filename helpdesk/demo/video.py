"""Checks of the finished recording: length, chapters, what its frames show, and that a browser plays and seeks it."""

import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
from PIL import Image
from playwright.async_api import Browser

from helpdesk.demo.cast import StoryError, until
from helpdesk.demo.moments import PAINTED_S, Pictures, Stretch
from helpdesk.demo.pictures import JpegPeer

MAX_LENGTH_ERROR_MS = 250
RENDER_DEADLINE_S = 180
MOMENTS = 5


async def ready_recording(api: httpx.AsyncClient, session_id: str) -> dict[str, Any]:
    """The recording of a session once it is rendered."""

    async def probe() -> dict[str, Any] | None:
        found = (await api.get("/recordings/", params={"session": session_id})).json()["results"]
        if found and found[0]["state"] == "failed":
            raise StoryError(f"the recording failed: {found[0]}")
        return found[0] if found and found[0]["state"] == "ready" else None

    recording = await until("the recording is ready", probe, seconds=RENDER_DEADLINE_S, every=0.5)
    assert recording is not None
    return recording


async def presigned_url(api: httpx.AsyncClient, recording_id: str) -> str:
    response = await api.get(f"/recordings/{recording_id}/video/")
    if response.status_code != 302:
        raise StoryError(f"the video's address answered {response.status_code}, not a redirect")
    return response.headers["location"]


class Video:
    """A decoded look at an MP4."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        with av.open(io.BytesIO(data), "r") as container:
            self.duration_ms = (container.duration or 0) / 1000
            self.chapters = container.chapters()
            stream = container.streams.video[0]
            self.codec, self.width, self.height = stream.codec_context.name, stream.width, stream.height

    @property
    def fast_start(self) -> bool:
        return -1 < self.data.find(b"moov") < self.data.find(b"mdat")

    def frame_at(self, at_ms: float) -> np.ndarray:
        """The picture (height, width, 3) that is on the screen at a moment of the video."""
        with av.open(io.BytesIO(self.data), "r") as container:
            stream = container.streams.video[0]
            container.seek(int(at_ms * 1000))
            shown = None
            for frame in container.decode(stream):
                if shown is not None and frame.time * 1000 > at_ms:
                    break
                shown = frame
        assert shown is not None
        return shown.to_ndarray(format="rgb24")


def check_length(video: Video, *, session_ms: float) -> float:
    """Difference in ms between video and session; StoryError beyond the bound."""
    error = abs(video.duration_ms - session_ms)
    if error > MAX_LENGTH_ERROR_MS:
        raise StoryError(f"the video lasts {video.duration_ms:.0f} ms, the session {session_ms:.0f} ms")
    return error


def check_frames(
    video: Video,
    *,
    peer: JpegPeer,
    started_at: float,
    rng: random.Random,
    out: Path,
    loads: Sequence[Stretch] = (),
    shown_at: float = 0.0,
) -> list[tuple[float, float]]:
    """Moments of the film, `(s since the start, likeness)`: each frame is like what the visitor's browser showed.

    Five are of all the session since `shown_at`; behind them are those at which a late film shows it.
    """
    pictures, since = Pictures(peer.seen, loads=loads), max(started_at, shown_at)
    moments = [rng.uniform(since, peer.seen[-1][0]) for _ in range(MOMENTS)]
    scores = []
    for at in moments + pictures.moments_after_changes(since=since):
        frame = video.frame_at((at - started_at) * 1000)
        score, elsewhere = pictures.likeness_of(frame, at)
        if not pictures.is_like(frame, at):
            Image.fromarray(frame).save(out / "failed-frame.png")
            where = f"the frame at {at - started_at:.2f} s is not what the visitor saw"
            raise StoryError(f"{where}: {score:.3f}, and {elsewhere:.3f} at another moment")
        scores.append((at - started_at, score))
    _check_not_ahead(video, pictures, started_at=started_at, since=since)
    return scores


def _check_not_ahead(video: Video, pictures: Pictures, *, started_at: float, since: float) -> None:
    """Single pictures are late on a busy machine; a film that is early is ahead of most of them."""
    moments = pictures.moments_before_changes(since=since)
    ahead = [
        at for at in moments if not pictures.is_like(video.frame_at((at - started_at) * 1000), at, ahead_s=PAINTED_S)
    ]
    if len(ahead) > len(moments) / 2:
        raise StoryError(f"the video is ahead of {len(ahead)} of {len(moments)} changes that the visitor saw")


async def plays_in_browser(browser: Browser, url: str, *, duration_ms: float) -> float:
    """Seek to the middle in a real browser; the position in s that it shows."""
    page = await browser.new_page()
    await page.set_content('<video muted preload="auto"></video>')
    position = await page.evaluate(
        """([url, at]) => new Promise((done, fail) => {
          const video = document.querySelector("video");
          video.onerror = () => fail(new Error(video.error.message));
          video.onloadedmetadata = () => { video.currentTime = at; };
          video.onseeked = () => done(video.currentTime);
          video.src = url;
        })""",
        [url, duration_ms / 2000],
    )
    await page.close()
    if abs(position - duration_ms / 2000) > 0.5:
        raise StoryError(f"seeking to the middle showed {position} s")
    return position
