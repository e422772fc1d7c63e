"""What is drawn onto a picture stands where it should, and leaves nothing behind."""

import io

import numpy as np
import pytest
from PIL import Image

from recordings.video.surface import MATTE, JpegReader, Sprite, Surface
from tests.video.pictures import as_frame

HEIGHT, WIDTH = 96, 120
RED, BLUE = (200, 30, 30), (30, 30, 200)


def plain(colour: tuple[int, int, int], *, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


def shown(surface: Surface) -> np.ndarray:
    frame = surface.frame
    frame.colorspace, frame.color_range = 5, 2
    return frame.to_ndarray(format="rgb24").astype(int)


def of_red() -> Surface:
    surface = Surface(WIDTH, HEIGHT)
    surface.show(as_frame(plain(RED)), left=0, top=0)
    return surface


@pytest.mark.parametrize(("left", "top"), [(10, 20), (11, 21), (-5, -7), (WIDTH - 9, HEIGHT - 9), (500, 500)])
def test_sprite_stands_at_its_place_and_is_gone_after(left: int, top: int) -> None:
    surface = of_red()
    before = shown(surface)
    surface.blend(Sprite(np.full((16, 16, 4), 255, np.uint8)), left, top)
    is_white = np.zeros((HEIGHT, WIDTH), bool)
    is_white[max(top, 0) : max(top + 16, 0), max(left, 0) : max(left + 16, 0)] = True
    luma = np.asarray(surface.frame.to_ndarray(format="yuv420p"))[:HEIGHT]
    assert np.array_equal(luma > 128, is_white)
    surface.unmark()
    assert np.array_equal(shown(surface), before)


def test_half_transparent_sprite_lets_the_page_through() -> None:
    surface = of_red()
    surface.blend(Sprite(np.full((16, 16, 4), (*BLUE, 128), np.uint8)), 20, 20)
    middle = (np.array(RED) + BLUE) / 2
    assert np.abs(shown(surface)[28, 28] - middle).max() < 5


def test_rectangle_is_filled_as_far_as_the_canvas_goes() -> None:
    surface = of_red()
    before = shown(surface)
    surface.fill(BLUE, -10, 10, 31, 21)
    assert np.abs(shown(surface)[10:21, :30] - BLUE).max() < 6
    assert np.array_equal(shown(surface)[40:], before[40:])
    surface.unmark()
    assert np.array_equal(shown(surface), before)


def test_smaller_picture_lies_on_the_matte_and_a_larger_one_is_cut() -> None:
    surface = Surface(WIDTH, HEIGHT)
    surface.show(as_frame(plain(RED, height=32, width=50)), left=20, top=10)
    picture = shown(surface)
    assert np.abs(picture[12:40, 24:68] - RED).max() < 6
    assert np.abs(picture[50:] - MATTE).max() < 6
    surface.show(as_frame(plain(BLUE, height=200, width=300)), left=0, top=0)
    assert np.abs(shown(surface) - BLUE).max() < 6


def test_colours_of_a_jpeg_stay() -> None:
    data = io.BytesIO()
    Image.fromarray(plain(BLUE)).save(data, "JPEG", quality=95)
    surface = Surface(WIDTH, HEIGHT)
    surface.show(JpegReader().read(data.getvalue()), left=0, top=0)
    assert np.abs(shown(surface) - BLUE).max() < 6


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"no picture at all"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="read"):
        JpegReader().read(data)
