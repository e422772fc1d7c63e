"""A font that a script made can't be read: the agent is told so, and of none that a sheet names."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser

from tests.capture.rig import rig
from tests.fidelity.site import FONTS

PAGE = """<!doctype html><title>Fonts</title>
<style>@font-face { font-family: Named; src: url(tinos.ttf); font-weight: bold }
@font-face { font-family: Local; src: local("Tinos") }
p { font-family: Made, serif } b { font-family: Named } i { font-family: Local }</style>
<p>Made <b>Named</b> <i>Local</i></p>
<script>new FontFace("Made", "url(arimo.ttf)").load().then((face) => document.fonts.add(face));</script>"""


def test_font_that_a_script_made_is_listed(browser: Browser, tmp_path: Path) -> None:
    for name in ("tinos.ttf", "arimo.ttf"):
        shutil.copy(FONTS[name], tmp_path / name)
    (tmp_path / "page.html").write_text(PAGE)
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        shown.until(lambda: '["unread"' in shown.operations(), "something is listed")
        shown.settle()
        told = [line for line in shown.operations().splitlines() if '"unread"' in line]
        assert len(told) == 1
        assert told[0].endswith('[["Made","font"]]]')
