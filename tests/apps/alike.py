"""Whether the visitor's page and the rebuilt one look alike."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from tests.apps.ssim import ssim
from tests.capture.likeness import differing_share, pictures
from tests.capture.rig import Rig

MOST_DIFFERING, LEAST_SIMILAR = 0.003, 0.99


@dataclass
class Alike:
    """Whether both sides look alike now; as a text how much they do not. For `Rig.until`."""

    rig: Rig
    shown: tuple[Image.Image, Image.Image] | None = None
    differing: float = 1
    similar: float = 0
    told: str = field(default="never compared")

    def __call__(self) -> bool:
        self.shown = pictures(self.rig)
        self.differing, self.similar = differing_share(*self.shown), ssim(*map(np.asarray, self.shown))
        self.told = f"{self.differing:.3%} of the pixels differ, SSIM {self.similar:.4f}"
        return self.differing <= MOST_DIFFERING and self.similar >= LEAST_SIMILAR

    def __str__(self) -> str:
        return self.told

    def save(self, folder: Path, name: str) -> None:
        for side, picture in zip(("visitor", "agent"), self.shown or (), strict=False):
            picture.save(folder / f"{name}-{side}.png")
