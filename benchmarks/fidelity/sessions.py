"""Sessions of third-party applications, looked at wherever they rest: ours, and beside it the peer's player."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser

from benchmarks.fidelity.peer import peer
from tests.apps.actor import Actor
from tests.apps.alike import LEAST_SIMILAR, MOST_DIFFERING, Alike
from tests.apps.serving import Applications
from tests.apps.sessions import Application
from tests.apps.ssim import ssim
from tests.capture import sites
from tests.capture.rig import rig
from tests.fidelity import pictures


@dataclass(frozen=True)
class Likeness:
    """The share of the pixels that differ, and the structural similarity of the two pictures."""

    differing: float
    ssim: float

    @property
    def is_exact(self) -> bool:
        return self.differing == 0


def likeness(visitor: np.ndarray, other: np.ndarray) -> Likeness:
    return Likeness(float(pictures.differing(visitor, other).mean()), ssim(visitor, other))


def of_ours(browser: Browser, application: Application, folder: Path) -> dict[str, Likeness]:
    """By rest; both pictures of each are put into the folder."""
    seen: dict[str, Likeness] = {}

    with rig(browser, sites.ROOT, masking={"allow": ["*"]}, handler=Applications) as shown:

        def rest(name: str) -> None:
            alike = Alike(shown)

            def is_there() -> bool:
                """Not before what is faint has come: `Alike` looks away from small differences of colour."""
                alike()
                seen[name] = likeness(*map(np.asarray, alike.shown or ()))
                return seen[name].differing <= MOST_DIFFERING and seen[name].ssim >= LEAST_SIMILAR

            with contextlib.suppress(AssertionError):  # it counts as it stands then
                shown.until(is_there, alike)
            alike.save(folder, f"{application.name}-{name}")

        application.session(Actor(shown.visitor, shown.origin, rest=rest))
    return seen


def of_theirs(browser: Browser, application: Application, folder: Path, *, seconds: float) -> dict[str, Likeness]:
    """The same with the peer, which is given so long at each rest."""
    seen: dict[str, Likeness] = {}

    with (
        sites.served(Applications) as origin,
        peer(browser, origin, ratio=1, touch=False, longest_seconds=seconds) as side,
    ):

        def rest(name: str) -> None:
            shots = side.once_alike()
            Image.fromarray(shots[1].astype(np.uint8)).save(folder / f"{application.name}-{name}-rrweb.png")
            seen[name] = likeness(*shots)

        side.begin()
        application.session(Actor(side.visitor, origin, rest=rest))
    return seen
