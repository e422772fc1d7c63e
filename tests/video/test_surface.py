"""What is drawn over is as what is converted whole."""

import numpy as np

from recordings.video.surface import Surface

HEIGHT, WIDTH = 96, 100


def planes(picture: np.ndarray, *before: np.ndarray) -> np.ndarray:
    surface = Surface()
    for one in before:
        surface.show(one)
    return np.asarray(surface.show(picture).to_ndarray(format="yuv420p"), np.int16)


def test_changed_rows_are_drawn_over_as_if_all_were_new() -> None:
    first = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    for top, bottom in ((0, 1), (30, 33), (17, 64), (HEIGHT - 1, HEIGHT), (0, HEIGHT), (5, 5)):
        second = first.copy()
        second[top:bottom, 10:90] = 255 - second[top:bottom, 10:90]
        assert np.abs(planes(second, first) - planes(second)).max() <= 1
        assert np.abs(planes(first, first, second) - planes(first)).max() <= 1


def test_picture_of_another_size_is_converted_whole() -> None:
    small, large = (np.full((side, side, 3), side, np.uint8) for side in (32, 64))
    assert np.array_equal(planes(large, small), planes(large))
