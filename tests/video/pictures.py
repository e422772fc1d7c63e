"""Pictures of ours, as the encoder takes them."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace


def as_frame(picture: np.ndarray) -> VideoFrame:
    """`picture` is height × width × 3, RGB, with even sides."""
    return VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.JPEG
    )
