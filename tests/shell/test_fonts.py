"""The fonts that browsers are given where the system has few."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from helpdesk.embedded import browser, fonts

# How lists of many pages end: with emoji, which have digits and blanks of their own.
LIST = 'Nunito, "Segoe UI", Arial, sans-serif, "Noto Color Emoji"'
PAGE = f"""<style>p {{ font-family: {LIST} }}</style><p>Earnings $40,000 3+</p>
<p style="font-weight: 700">18 of 30</p><p style="font-family: sans-serif">Earnings $40,000</p>
<p style="font-family: serif">Earnings 5</p><p style="font-family: monospace">Earnings 5</p>"""


@pytest.mark.parametrize("path", [browser.chromium_path, browser.headless_shell_path])
def test_digits_and_blanks_are_of_a_font_for_text(path: Callable[[], Path], tmp_path: Path) -> None:
    environment = {"FONTCONFIG_FILE": str(fonts.configure(tmp_path)), "HOME": str(tmp_path)}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path(), args=browser.ARGUMENTS, env=environment)
        page = chromium.new_page()
        page.set_content(PAGE)
        session = page.context.new_cdp_session(page)
        session.send("DOM.enable")
        session.send("CSS.enable")
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        found = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "p"})["nodeIds"]
        used = [session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"] for node in found]
        chromium.close()
    assert [len(families) for families in used] == [1] * 5
    assert all("Emoji" not in families[0]["familyName"] for families in used)
