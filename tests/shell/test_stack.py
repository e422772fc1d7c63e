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
    page = await browser.new_page(viewport={"width": 80, "height": 80})
    pictures = set()
    for character in ("中", "文", "😀", "🚀", "ع", "ي", "\U0010fffd"):
        await page.set_content(f"<body style='margin:8px;font:48px sans-serif'>{character}")
        pixels = np.asarray(Image.open(io.BytesIO(await page.screenshot())).convert("RGB"))
        assert pixels.min() < 200, f"{character} is blank"
        pictures.add(pixels.tobytes())
    assert len(pictures) == 7


async def test_browser_resolves_no_foreign_host(browser: Browser, live_stack: LiveStack) -> None:
    page = await browser.new_page()
    answer = await page.goto(f"{live_stack.base_url}/healthz")
    assert answer is not None
    assert answer.ok
    assert await page.evaluate("fetch('http://alongside.example/', {mode: 'no-cors'}).then(() => 1, () => 0)") == 0
