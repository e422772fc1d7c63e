"""Fonts go up when the page shows something in them: of a family with many faces few are ever loaded."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser

from tests.capture import sites
from tests.capture.rig import Rig, rig

FONTS = sites.SB_ADMIN / "vendor" / "fontawesome-free" / "webfonts"
USED, LATER, RANGE, NEVER = "fa-solid-900.woff2", "fa-regular-400.woff2", "fa-brands-400.woff2", "fa-brands-400.woff"
ICON = "\\f007"
SHEET = f"""@font-face {{ font-family: 'Icons'; font-weight: 900; src: url({USED}) format("woff2") }}
@font-face {{ font-family: "Icons"; font-weight: normal; src: url({LATER}) format("woff2") }}
@font-face {{ font-family: Parts; src: url({RANGE}) format("woff2"); unicode-range: U+F0??, U+f100-F8ff }}
@font-face {{ font-family: Parts; src: url({NEVER}) format("woff"); unicode-range: u+41-5A }}
b, i, u {{ font: 900 30px Icons }} b::before, i::before, u::before {{ content: "{ICON}" }}
i {{ font-weight: 400 }} u {{ font-family: Parts }}"""
LOADED = "document.fonts.ready.then(() => [...document.fonts].filter(face => face.status === 'loaded').length)"


@pytest.fixture(params=["linked", "inline"])
def shown(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Rig]:
    for name in (USED, LATER, RANGE, NEVER):
        copy(FONTS / name, tmp_path)
    (tmp_path / "icons.css").write_text(SHEET)
    sheet = "<link rel=stylesheet href=icons.css>" if request.param == "linked" else f"<style>{SHEET}</style>"
    (tmp_path / "one.html").write_text(
        f"<!doctype html><title>One</title>{sheet}<p><b></b></p><iframe srcdoc=' '></iframe>"
    )
    with rig(browser, tmp_path) as shown:
        shown.open("one.html")
        yield shown


def fonts(shown: Rig) -> set[str]:
    """Names of those that the store has."""
    bodies = [body for _type, body in shown.store.values()]
    return {name for name in (USED, LATER, RANGE, NEVER) if (FONTS / name).read_bytes() in bodies}


def test_only_what_is_shown_goes_up_and_the_rest_when_it_is(shown: Rig) -> None:
    shown.until(lambda: fonts(shown) == {USED}, "the font that is used")
    shown.settle()
    assert fonts(shown) == {USED}
    assert shown.page.evaluate(LOADED) == 1
    shown.visitor.evaluate("document.querySelector('p').append(document.createElement('i'))")
    shown.until(lambda: fonts(shown) == {USED, LATER}, "the font that is used by now")
    shown.until(lambda: shown.page.evaluate(LOADED) == 2, "it at the agent")
    shown.visitor.evaluate("document.querySelector('p').append(document.createElement('u'))")
    shown.until(lambda: fonts(shown) == {USED, LATER, RANGE}, "the part that has the letter")
    shown.until(lambda: shown.page.evaluate(LOADED) == 3, "it at the agent")
    assert "unread" not in shown.operations()


def test_a_font_that_only_a_frame_shows_goes_up(shown: Rig) -> None:
    shown.until(lambda: fonts(shown) == {USED}, "the font that is used")
    linked = "document.querySelector('link, style').cloneNode(true)"
    shown.visitor.evaluate(
        f"{{ const inner = document.querySelector('iframe').contentDocument; const sheet = {linked};"
        "if (sheet.href) sheet.href = sheet.href; inner.head.append(sheet); inner.body.innerHTML = '<i></i>' }"
    )
    shown.until(lambda: fonts(shown) == {USED, LATER}, "the font of the frame")
