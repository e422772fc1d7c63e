"""The review page of a video that is shorter than its session: whatever names a time leads to it in both."""

import asyncio
from pathlib import Path

from playwright.async_api import Browser, expect

from helpdesk.tenants.context import tenant_scope
from recordings.video import extras
from recordings.video.models import Recording
from tests import factories
from tests.desks import Desk
from tests.review import made
from tests.review.test_review_page import NEAR_MS, NOW, Review, opened
from tests.stack import LiveStack

# A browser keeps 64.023 s as 64.022999.
SECONDS, VIDEO_SECONDS = 82.023, 64.023
END_MS = 82_023
SKIPS = [{"starts_ms": 32_000, "ends_ms": 52_000, "kept_ms": 2_000}]


def shortened(desk: Desk, folder: Path) -> Recording:
    writer = made.Writer()
    writer.open(0, 1, "Orders")
    writer.open(30_000, 2, "Basket")
    writer.write(54_000, 2, "at last")
    writer.open(55_000, 3, "Thanks")
    writer.say(56_000, 3, "click", "click", made.BUTTON, 60, 320)
    writer.write(END_MS - 5000, 3, "nearly")
    writer.write(END_MS, 3, "the end")
    row = made.archive(desk, writer, seconds=SECONDS, segment_every=10, skips=SKIPS)
    places = [(1, "Orders", 0, 30_000), (2, "Basket", 30_000, 55_000), (3, "Thanks", 55_000, END_MS)]
    chapters = [
        {"page_id": made.TAB + number, "title": title, "url": "", "kind": "html", "starts_ms": begin, "ends_ms": end}
        for number, title, begin, end in places
    ]
    with tenant_scope(desk.tenant.id):
        factories.recording_note(recording=row, at_ms=47_000, body="In the middle of nothing")
    video = made.film(folder / "video.mp4", seconds=VIDEO_SECONDS)
    ready = made.ready(row, video, seconds=SECONDS, chapters=chapters)
    extras.add_outline(ready)
    return ready


async def is_at(review: Review, *, session: str, video_ms: int) -> None:
    await review.page.wait_for_function(f"() => Math.abs(({NOW})() - {video_ms}) < {NEAR_MS}")
    await expect(review.page.locator("[data-time]")).to_have_text(f"{session} / 1:22")


async def test_all_that_names_a_time_leads_to_it_in_a_shortened_video(
    browser: Browser, live_stack: LiveStack, desk: Desk, tmp_path: Path
) -> None:
    recording = await asyncio.to_thread(shortened, desk, tmp_path)
    async with opened(browser, live_stack, recording, person=desk.agent, at="?t=55000") as review:
        page = review.page
        await review.shows("Thanks", "at first")
        await is_at(review, session="0:55", video_ms=37_000)
        await page.locator("[data-chapters] button", has_text="Basket").click()
        await is_at(review, session="0:30", video_ms=30_000)
        await review.shows("Basket", "at first")
        await page.get_by_role("button", name="Go to 0:47").click()
        await is_at(review, session="0:47", video_ms=33_500)
        await page.locator(".log-row", has_text="Page changed").first.click()
        await is_at(review, session="0:54", video_ms=36_000)
        await review.shows("Basket", "at last")
        for key, session, video_ms in (("n", "0:55", 37_000), ("p", "0:47", 33_500), ("l", "0:57", 39_000)):
            await page.keyboard.press(key)
            await is_at(review, session=session, video_ms=video_ms)
        track = page.locator("[data-track]")
        width = await track.evaluate("track => track.clientWidth")
        await track.click(position={"x": 42_500 / END_MS * width, "y": 10})
        await is_at(review, session="0:42", video_ms=33_050)
        await expect(page.locator("[data-preview-time]")).to_have_text("0:42")
        await plays_over_what_is_left_out(review)
        await ends_in_all_three(review)


async def plays_over_what_is_left_out(review: Review) -> None:
    """A second of the video is ten there."""
    await review.page.keyboard.press("k")
    await review.page.wait_for_function(f"() => ({NOW})() > 36500")
    await review.page.keyboard.press("k")
    await review.shows("Basket", "at last")


async def ends_in_all_three(review: Review) -> None:
    await review.page.keyboard.press("End")
    await is_at(review, session="1:22", video_ms=64_023)
    await review.shows("Thanks", "the end")
    last = review.page.locator("[data-testid=recording-log] .log-row").last
    await expect(last).to_have_attribute("aria-selected", "true")
    assert await review.page.locator("[data-played]").evaluate("bar => bar.style.width") == "100%"
