"""Stands in for Playwright's ffmpeg: JPEGs with their times come in Matroska, a WebM of constant rate goes out.

A program of its own, called with ffmpeg's arguments; of those the output's options are taken over as they are.
"""

import sys
from fractions import Fraction
from itertools import pairwise

import av
from av.video.reformatter import ColorRange

OPTIONS = {"-qmin", "-qmax", "-crf", "-deadline", "-cpu-used", "-lag-in-frames", "-tile-columns", "-row-mt", "-threads"}


def main(arguments: list[str]) -> None:
    values = dict(pairwise(arguments))
    rate = int(values["-r"])
    probing = {"fpsprobesize": "0", "probesize": "32", "analyzeduration": "0"}
    with (
        av.open("pipe:0", format="matroska", options=probing) as source,
        av.open(arguments[-1], "w", format="webm") as target,
    ):
        options = {name.lstrip("-"): value for name, value in values.items() if name in OPTIONS}
        stream = target.add_stream(values["-c:v"], rate=rate, options=options)
        stream.bit_rate = int(values["-b:v"].removesuffix("k")) * 1000
        stream.pix_fmt = "yuv420p"
        stream.width, stream.height = map(int, values["-vf"].removeprefix("pad=").split(":")[:2])
        for number, frame in enumerate(_at_constant_rate(source, rate)):
            frame.pts, frame.time_base = number, Fraction(1, rate)
            frame.pict_type = 0
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def _at_constant_rate(source, rate: int):  # type: ignore[no-untyped-def]
    """Each picture as often as it is due until the next."""
    held, count, first = None, 0, None
    for picture in source.decode(video=0):
        at = float(picture.pts * picture.time_base)
        first = at if first is None else first
        while held is not None and count < round((at - first) * rate):
            yield held
            count += 1
        held = picture.reformat(format="yuv420p", src_color_range=ColorRange.JPEG, dst_color_range=ColorRange.MPEG)
    if held is not None:
        yield held


if __name__ == "__main__":
    main(sys.argv[1:])
