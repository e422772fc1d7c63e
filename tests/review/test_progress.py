"""A recording that is rendered while somebody looks: how far it is, what is left, and the video once it is there."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.async_api import Browser, expect

from helpdesk.tenants.context import tenant_scope
from recordings.video import leases
from recordings.video.models import RecordingState, VideoSegment
from tests import factories
from tests.desks import Desk
from tests.review import made
from tests.review.test_review_page import opened
from tests.stack import LiveStack

SECONDS = 100


def rendering(desk: Desk) -> VideoSegment:
    """Since ten seconds, with nothing done; a lease of somebody else's keeps the worker from it."""
    values = {"state": RecordingState.RENDERING, "rendering_at": timezone.now() - timedelta(seconds=10)}
    recording = made.archive(desk, made.Writer(), seconds=SECONDS, segment_every=10, **values)
    with tenant_scope(desk.tenant.id):
        segment: Any = factories.video_segment(recording=recording, ends_ms=1000 * SECONDS)
        leases.take_lease(segment.id, owner="us", now=timezone.now())
        return VideoSegment.objects.select_related("recording__session").get(id=segment.id)


def is_done(desk: Desk, segment: VideoSegment, *, seconds: int) -> None:
    with tenant_scope(desk.tenant.id):
        leases.renew_lease(segment.id, owner="us", done_ms=1000 * seconds, now=timezone.now())


def becomes_ready(desk: Desk, segment: VideoSegment, video: Path) -> None:
    made.ready(segment.recording, video, seconds=SECONDS, chapters=[])


async def test_progress_is_told_until_the_video_is_there(
    browser: Browser, live_stack: LiveStack, desk: Desk, tmp_path: Path
) -> None:
    segment = await asyncio.to_thread(rendering, desk)
    video = await asyncio.to_thread(made.film, tmp_path / "video.mp4", seconds=SECONDS)
    async with opened(browser, live_stack, segment.recording, person=desk.agent) as review:
        page = review.page
        writing, lists = await page.context.new_page(), await page.context.new_page()
        await writing.goto(page.url)
        await lists.goto(f"{live_stack.base_url}/desk/recordings/")
        await asyncio.to_thread(is_done, desk, segment, seconds=50)
        for shown in (page, writing, lists):
            words = shown.locator("[data-recording-words]")
            await expect(words).to_contain_text("The recording is being rendered: 50 %, about 0:1")
        await expect(page.locator("[data-percent]")).to_have_js_property("value", 50)
        await writing.get_by_label("Note at").fill("half a thought")
        await asyncio.to_thread(becomes_ready, desk, segment, video)
        await expect(page.get_by_test_id("recording-video")).to_be_visible()
        await page.wait_for_function("() => document.querySelector('video').readyState > 1")
        await expect(lists.locator("[data-recording-id]")).to_have_attribute("data-recording-state", "ready")
        await keeps_what_is_written(writing)


async def keeps_what_is_written(writing: Any) -> None:
    over = writing.locator("[data-over]")
    await expect(over).to_contain_text("Save what you are writing")
    await expect(writing.get_by_label("Note at")).to_have_value("half a thought")
    await over.get_by_role("button", name="Load again").click()
    await expect(writing.get_by_test_id("recording-video")).to_be_visible()
