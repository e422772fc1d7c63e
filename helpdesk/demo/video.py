"""Checks of the finished recording: length, chapters, what its frames show, and that a browser plays and seeks it."""

import io
import random
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
from PIL import Image
from playwright.async_api import Browser

from helpdesk.demo.cast import StoryError, until
from helpdesk.demo.pictures import JpegPeer, cells, likeness, load

MAX_LENGTH_ERROR_MS = 250
RENDER_DEADLINE_S = 180
SLACK_S = 0.3
# A page that is being loaded is seen once its channel is open; until then the one before it stays.
LOADING_S = 1.0
MIN_LIKENESS = 0.9
# A frame may not be more like a picture of another moment than like those of its own.
MAX_BETTER_ELSEWHERE = 0.02


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
    video: Video, *, peer: JpegPeer, started_at: float, rng: random.Random, out: Path
) -> list[tuple[float, float]]:
    """Five moments drawn at random: the frame must be like what the visitor's browser showed then."""
    pictures = Pictures(peer)
    scores = []
    for at in (rng.uniform(started_at, peer.seen[-1][0]) for _ in range(5)):
        frame = video.frame_at((at - started_at) * 1000)
        score, elsewhere = pictures.likeness_of(frame, at)
        if score < MIN_LIKENESS or elsewhere - score > MAX_BETTER_ELSEWHERE:
            Image.fromarray(frame).save(out / "failed-frame.png")
            raise StoryError(f"the frame at {at - started_at:.2f} s is not what the visitor saw: {score:.3f}")
        scores.append((at - started_at, score))
    return scores


class Pictures:
    """What the visitor's browser painted, in cells, each with its time."""

    def __init__(self, peer: JpegPeer) -> None:
        self._seen = [(at, picture.shape, cells(picture)) for at, data in peer.seen for picture in [load(data)]]

    def likeness_of(self, frame: np.ndarray, at: float) -> tuple[float, float]:
        """How much a frame is like what was on the screen around a moment, and like anything that ever was."""
        grids = {shape: cells(_content(frame, shape)) for shape in {shape for _, shape, _ in self._seen}}
        scores = [(taken, likeness(grids[shape], grid)) for taken, shape, grid in self._seen]
        before = [score for taken, score in scores if taken <= at - LOADING_S][-1:]
        around = [score for taken, score in scores if at - LOADING_S < taken < at + SLACK_S]
        return max(before + around), max(score for _, score in scores)


def _content(frame: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The part of a letterboxed frame that holds a page of a picture's shape."""
    height, width = frame.shape[:2]
    scale = min(1.0, width / shape[1], height / shape[0])
    inner_w, inner_h = round(shape[1] * scale), round(shape[0] * scale)
    left, top = (width - inner_w) // 2, (height - inner_h) // 2
    return frame[top : top + inner_h, left : left + inner_w]


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
