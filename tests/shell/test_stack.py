"""The live stack is what `make run` starts, and browsers show what people wrote."""

import io
import json
import urllib.error

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Browser

from helpdesk.embedded import processes
from tests.stack import LiveStack

pytestmark = pytest.mark.django_db(transaction=True)


def test_ready_web_names_each_state(live_stack: LiveStack) -> None:
    answer = json.loads(processes.fetch(f"{live_stack.base_url}/readyz"))
    names = ("state", "database", "cache", "broker", "object_store", "archive")
    assert answer == dict.fromkeys(names, "ok")


def test_killed_web_comes_back_on_same_address(live_stack: LiveStack) -> None:
    live_stack.kill_web()
    with pytest.raises(urllib.error.URLError):
        processes.fetch(f"{live_stack.base_url}/healthz")
    live_stack.start_web()
    assert json.loads(processes.fetch(f"{live_stack.base_url}/healthz")) == {"state": "ok"}


async def test_each_character_is_a_glyph_of_its_own(browser: Browser) -> None:
    characters = ("中", "文", "😀", "🚀", "ع", "ي", "\U0010fffd")
    page = await browser.new_page(viewport={"width": 80, "height": 80 * len(characters)})
    boxes = "".join(f"<div style='height:64px;padding:8px'>{character}</div>" for character in characters)
    await page.set_content(f"<body style='margin:0;font:48px sans-serif'>{boxes}")
    pixels = np.asarray(Image.open(io.BytesIO(await page.screenshot())).convert("RGB"))
    glyphs = dict(zip(characters, np.split(pixels, len(characters)), strict=True))
    assert not [character for character, glyph in glyphs.items() if glyph.min() >= 200]
    assert len({glyph.tobytes() for glyph in glyphs.values()}) == len(characters)


async def test_browser_resolves_no_foreign_host(browser: Browser, live_stack: LiveStack) -> None:
    page = await browser.new_page()
    answer = await page.goto(f"{live_stack.base_url}/healthz")
    assert answer is not None
    assert answer.ok
    assert await page.evaluate("fetch('http://alongside.example/', {mode: 'no-cors'}).then(() => 1, () => 0)") == 0
