"""The same session as pictures of the screen: H.264 and JPEG."""

import base64
import contextlib
import io
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Error

from benchmarks.bytes.recorders import Minute, visit
from benchmarks.latency.pictures import H264, Jpeg
from tests.apps.sessions import Application
from tests.capture.rig import SIZE

QUALITY = 60
WHOLE = (SIZE["width"], SIZE["height"])


@dataclass
class Pictures:
    h264: int
    jpeg: int


def pictures(application: Application, minute: Minute) -> Pictures:
    """Encoded after the session, of what the screen showed at each of their times, where it is not as before."""
    shown = watched(application, minute)
    codec = H264()
    h264 = sum(len(codec.encode(np.asarray(image(png)), b"")) for png in sampled(shown, codec.every_s))
    return Pictures(h264, sum(len(jpeg(image(png))) for png in sampled(shown, Jpeg.every_s)))


def watched(application: Application, minute: Minute) -> list[tuple[float, bytes]]:
    """Lossless pictures, when they came. At most one for each time of the faster codec is kept."""
    shown: dict[int, tuple[float, bytes]] = {}
    with visit(minute, application) as (page, sink, go):
        page.goto(f"{sink.origin}/orders.json")  # another origin would be another process, which is not filmed
        cdp = page.context.new_cdp_session(page)
        began = time.monotonic()

        def take(event: dict[str, Any]) -> None:
            at = time.monotonic() - began
            shown[int(at / H264.every_s)] = (at, base64.b64decode(event["data"]))
            with contextlib.suppress(Error):  # the page can be gone
                cdp.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

        cdp.on("Page.screencastFrame", take)
        cdp.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
        go()
    return list(shown.values())


def sampled(shown: list[tuple[float, bytes]], every_s: float) -> list[bytes]:
    """The newest picture at each time at which one may be sent, where it is not the one before."""
    newest = {int(at / every_s): png for at, png in shown}
    pngs = list(newest.values())
    return [png for at, png in enumerate(pngs) if not at or png != pngs[at - 1]]


def image(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    return picture if picture.size == WHOLE else picture.resize(WHOLE)


def jpeg(picture: Image.Image) -> bytes:
    body = io.BytesIO()
    picture.save(body, "JPEG", quality=QUALITY)
    return body.getvalue()
