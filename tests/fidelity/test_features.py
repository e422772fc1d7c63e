"""Every feature keeps its promise; what is promised stands in docs/fidelity.md."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.fidelity import table
from tests.fidelity.features import Feature, all_features
from tests.fidelity.stand import Seen, Stand, stand

FEATURES = all_features()


class Stands:
    """One for each pixel ratio, opened when it is asked for."""

    def __init__(self, browser: Browser, stack: ExitStack) -> None:
        self.browser = browser
        self.stack = stack
        self.open: dict[tuple[float, bool], Stand] = {}

    def of(self, feature: Feature) -> Stand:
        key = feature.ratio, "touch" in feature.media
        if key not in self.open:
            self.open[key] = self.stack.enter_context(stand(self.browser, ratio=key[0], touch=key[1]))
        return self.open[key]


@pytest.fixture(scope="module")
def stands(browser: Browser) -> Iterator[Stands]:
    with ExitStack() as stack:
        yield Stands(browser, stack)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_feature_is_as_promised(stands: Stands, feature: Feature, tmp_path: Path) -> None:
    at = stands.of(feature)
    seen = at.compare(feature)
    if not seen.keeps(feature.promise, at.place(feature)):
        save(seen, tmp_path)
        pytest.fail(f"{feature.promise}: {seen.inside:.4f} inside, {seen.outside} outside, {seen.gaps}; {tmp_path}")


def test_table_of_the_docs_is_current() -> None:
    assert table.PAGE.read_text() == table.text(FEATURES), "python -m tests.fidelity.table writes it"


def save(seen: Seen, folder: Path) -> None:
    for name in ("visitor", "stage"):
        Image.fromarray(getattr(seen, name).astype(np.uint8)).save(folder / f"{name}.png")
