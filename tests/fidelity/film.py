"""A short film for the pages that play one."""

import io
from functools import cache

import av
import numpy as np

SIZE = 160, 90
FRAMES = 30
RATE = 10


@cache
def made() -> bytes:
    """A WebM of 3 s: a bar that moves to the right over blue."""
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as container:
        stream = container.add_stream("libvpx-vp9", rate=RATE, options={"deadline": "realtime", "cpu-used": "8"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for at in range(FRAMES):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame(at), format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()


def frame(at: int) -> np.ndarray:
    """Height × width × RGB."""
    width, height = SIZE
    pixels = np.full((height, width, 3), (30, 60, 200), dtype=np.uint8)
    pixels[:, at * 5 : at * 5 + 10] = (250, 200, 40)
    return pixels
