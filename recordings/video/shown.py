"""What the stage says of itself."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Activity:
    """Whether animations run on the stage, and when its next timer is due (ms, server's clock; None: never)."""

    is_moving: bool
    timer_ms: float | None


@dataclass(frozen=True)
class Shown:
    """What the stage shows: the page, and the visitor's viewport in CSS pixels.

    `typed` is where the field is that something was typed into just before: left, top, width, height.
    """

    page: int
    kind: str
    url: str
    title: str
    width: int
    height: int
    activity: Activity
    typed: tuple[float, float, float, float] | None = None


def activity_of(told: dict[str, Any]) -> Activity:
    """As stage.html says it."""
    return Activity(is_moving=bool(told["moving"]), timer_ms=told["timer"])


def shown_of(state: dict[str, Any], activity: dict[str, Any]) -> Shown:
    """As `StagePlayer.seek` and stage.html say it."""
    viewport = state["viewport"]
    return Shown(
        page=state["page"],
        kind=state["kind"],
        url=state["url"],
        title=state["title"],
        width=int(viewport["width"]),
        height=int(viewport["height"]),
        activity=activity_of(activity),
        typed=tuple(state["typed"]) if state.get("typed") else None,
    )
