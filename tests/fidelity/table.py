"""`python -m tests.fidelity.table` writes docs/fidelity.md from the headers of the feature pages."""

from collections.abc import Iterable
from itertools import groupby

from tests.capture.sites import ROOT
from tests.fidelity.features import Feature, Promise, all_features

PAGE = ROOT / "docs" / "fidelity.md"
TOP = """# What the agent sees, feature by feature

Written by `python -m tests.fidelity.table` from the pages of `tests/fidelity/pages`. `tests/fidelity` compares them by
pixels, the visitor's beside the rebuilt one, at the visitor's size and pixel ratio.

- *Exact*: not one pixel differs by more than 16 of 255 in a channel.
- *Loss*: what is said is lost, in the element concerned only, and of its pixels no more than that share differs.
- *Gap*: a box of the right size with a label stands for it, and the console lists it.

What was masked is bullets everywhere (docs/capture.md), and no loss.
"""


def text(features: Iterable[Feature]) -> str:
    parts = [TOP.rstrip()]
    for group, of_group in groupby(features, key=lambda feature: feature.group):
        rows = [f"| {feature.title} | {said(feature.promise)} |" for feature in of_group]
        parts.append("\n".join([f"## {group}", "", "| feature | what the agent sees |", "| --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"


def said(promise: Promise) -> str:
    if promise.kind == "exact":
        return "exact"
    if promise.kind == "gap":
        return f"gap: “{promise.said}”"
    return f"loss (≤ {promise.bound:.1%} of it): {promise.said}"


def main() -> None:
    PAGE.write_text(text(all_features()))


if __name__ == "__main__":
    main()
