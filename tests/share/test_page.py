"""The public page in a real browser: who looks, the watermark, and the video's address, asked for when it is needed."""

import re
from pathlib import Path

import numpy as np
from asgiref.sync import sync_to_async
from playwright.async_api import Browser, Page, expect

from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.share.models import ShareLink
from recordings.video.encoder import SegmentEncoder
from tests.desks import Desk
from tests.share.test_links import recorded, share
from tests.video.pictures import as_frame
from tests.webserver import WebServer

in_thread = sync_to_async(lambda fn: fn(), thread_sensitive=False)
PRESIGNED = re.compile("X-Amz-Expires=180")
PICTURE = np.full((180, 320, 3), (30, 90, 160), np.uint8)


def shared_video(desk: Desk, folder: Path) -> str:
    """The token of a link to a video of 8 s."""
    recording = recorded(desk, duration_ms=8000)
    with SegmentEncoder(folder / "video.mp4", width=320, height=180) as encoder:
        encoder.add(as_frame(PICTURE), at_ms=0)
        encoder.finish(duration_ms=8000)
    store.put(recording.object_key, (folder / "video.mp4").read_bytes(), content_type="video/mp4")
    return share(desk, recording)


async def begin(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_label("Your name").fill("Ada Byron")
    await page.get_by_label("Your e-mail address").fill("ada@elsewhere.example")
    await page.get_by_test_id("share-begin").click()


async def test_guest_watches_a_watermarked_video(desk: Desk, web: WebServer, browser: Browser, tmp_path: Path) -> None:
    token = await in_thread(lambda: shared_video(desk, tmp_path))
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    address = f"http://localhost:{web.port}/shared/#{token}"
    await page.goto(address)
    assert "X-Amz" not in await page.content()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Shared recording")
    await begin(page, address)
    await expect(heading).to_have_text("Page")
    marks = page.get_by_test_id("share-watermark").locator("span")
    await expect(marks.first).to_contain_text("Ada Byron <ada@elsewhere.example> · 20")
    video = page.get_by_test_id("shared-video")
    await expect(video).to_have_attribute("src", PRESIGNED)
    assert await page.evaluate("getComputedStyle(document.querySelector('.watermark')).pointerEvents") == "none"
    assert refused == []

    def revoke() -> None:
        with tenant_scope(desk.tenant.id):
            ShareLink.objects.update(revoked_at=ShareLink.objects.get().created_at)

    await in_thread(revoke)
    await page.reload()
    await expect(page.get_by_test_id("share-dead")).to_be_visible()
    await expect(page.get_by_test_id("share-begin")).to_be_hidden()


async def test_who_takes_the_watermark_away_begins_anew(
    desk: Desk, web: WebServer, browser: Browser, tmp_path: Path
) -> None:
    token = await in_thread(lambda: shared_video(desk, tmp_path))
    page = await (await browser.new_context(locale="en-GB")).new_page()
    await begin(page, f"http://localhost:{web.port}/shared/#{token}")
    await expect(page.get_by_test_id("share-watermark").locator("span").first).to_be_visible()
    async with page.expect_navigation():
        await page.evaluate("document.querySelector('.watermark').remove()")
    await expect(page.get_by_test_id("share-begin")).to_be_visible()
