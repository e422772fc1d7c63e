"""The review page where its parts can't be had: it says so, waits before it asks again, and does so when told to."""

import asyncio
import base64
import os
import re
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.async_api import Browser, Page, Route, expect

from assist.channel.models import AssistSession
from helpdesk.audit.actors import SYSTEM
from helpdesk.audit.models import Action
from helpdesk.tenants.context import tenant_scope
from recordings.keeping.deletion import delete_session
from recordings.video import extras
from recordings.video.models import Recording
from tests.desks import Desk
from tests.review import made
from tests.review.test_review_page import NOW, opened
from tests.stack import LiveStack

SECONDS = 30
# A page's worth of what does not get smaller: beyond the bound of the replay before the session is over.
HEAVY_BYTES, HEAVY_FRAMES = 180 * 1024, 130
PARTS = re.compile(r"/(archive|log|video)/")
# What the stage is given: whether it goes on with what is there.
HEARD = """const post = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (said, ...rest) {
  if (said.type === "frames") (self.heard ??= []).push(Boolean(said.goesOn));
  return post.call(this, said, ...rest);
};"""


def recorded(desk: Desk, folder: Path) -> Recording:
    writer = made.Writer()
    writer.open(0, 1, "Orders")
    for second in range(1, SECONDS):
        writer.write(1000 * second, 1, f"second {second}")
    row = made.archive(desk, writer, seconds=SECONDS, segment_every=10)
    ready = made.ready(row, made.film(folder / "video.mp4", seconds=SECONDS), seconds=SECONDS, chapters=[])
    extras.add_outline(ready)
    return ready


def delete(desk: Desk, session: AssistSession) -> None:
    values: Any = {"action": Action.SESSION_DELETED, "actor": SYSTEM, "now": timezone.now()}
    with tenant_scope(desk.tenant.id):
        delete_session(session.pk, **values)


async def test_parts_that_fail_are_asked_for_again_later_and_when_told_to(
    browser: Browser, live_stack: LiveStack, desk: Desk, tmp_path: Path
) -> None:
    recording = await asyncio.to_thread(recorded, desk, tmp_path)
    asked: list[str] = []

    async def fail(route: Route) -> None:
        asked.append(PARTS.findall(route.request.url)[0])
        await route.abort()

    async with opened(browser, live_stack, recording, person=desk.agent) as review:
        page = review.page
        await page.wait_for_function("() => document.querySelector('video').readyState > 1")
        await page.route(re.compile(r"/(archive|log)/"), fail)
        await page.reload()
        replay, log = page.locator("[data-replay-fault]"), page.locator("[data-log-fault]")
        await expect(replay).to_contain_text("This part of the replay could not be loaded")
        await expect(log).to_contain_text("This part of the log could not be loaded")
        await page.keyboard.press("k")
        await page.wait_for_function(f"() => ({NOW})() > 1500")
        await page.keyboard.press("k")
        assert max(asked.count("archive"), asked.count("log")) < 8  # not once for each of its pictures
        await page.unroute_all()
        for fault in (replay, log):
            await fault.get_by_role("button", name="Try again").click()
            await expect(fault).to_be_hidden()
        await expect(review.replay.locator("h1")).to_have_text("Orders")
        await expect(page.locator(".log-row", has_text="Page opened")).to_be_visible()
        await video_comes_back(page, fail)
        await asyncio.to_thread(delete, desk, recording.session)
        await says_that_it_is_deleted(page)


async def video_comes_back(page: Page, fail: Any) -> None:
    await page.route("**/video/", fail)
    await page.reload()
    fault = page.locator("[data-video-fault]")
    await expect(fault).to_contain_text("The video could not be loaded")
    await page.unroute_all()
    await fault.get_by_role("button", name="Try again").click()
    await expect(fault).to_be_hidden()
    await page.wait_for_function("() => document.querySelector('video').readyState > 1")


async def says_that_it_is_deleted(page: Page) -> None:
    lost = page.locator("[data-lost=deleted]")
    await expect(lost).to_contain_text("This recording has been deleted")
    await lost.get_by_role("link", name="To the recordings").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Recordings")


async def test_who_is_signed_out_is_told(browser: Browser, live_stack: LiveStack, desk: Desk) -> None:
    recording = await asyncio.to_thread(made.archive, desk, made.Writer(), seconds=SECONDS, segment_every=10)
    async with opened(browser, live_stack, recording, person=desk.agent) as review:
        await expect(review.page.locator("[data-rendering]")).to_be_visible()
        await review.page.context.clear_cookies()
        await expect(review.page.locator("[data-lost=signed_out]")).to_contain_text("You are signed out")


async def test_heavy_replay_does_not_keep_all_of_the_session(
    browser: Browser, live_stack: LiveStack, desk: Desk
) -> None:
    recording = await asyncio.to_thread(heavy, desk)
    async with opened(browser, live_stack, recording, person=desk.agent) as review:
        page = review.page
        await page.context.add_init_script(HEARD)
        await page.reload()
        for second in range(5, HEAVY_FRAMES, 10):
            await seek(page, 1000 * second + 500)
            await expect(review.replay.locator("p")).to_have_attribute("title", str(second))
        heard = await page.evaluate("heard")
        assert heard[0] is False
        assert True in heard
        assert False in heard[1:]


async def seek(page: Page, at_ms: int) -> None:
    """As a note does."""
    go = """(at) => {
      const note = document.querySelector("main").appendChild(document.createElement("b"));
      note.dataset.seek = at;
      note.click();
      note.remove();
    }"""
    await page.evaluate(go, at_ms)


def heavy(desk: Desk) -> Recording:
    writer = made.Writer()
    writer.open(0, 1, "Orders")
    for second in range(HEAVY_FRAMES):
        noise = base64.b64encode(os.urandom(HEAVY_BYTES)).decode()
        attributes = {"title": str(second), "data-noise": noise}
        writer.say(1000 * second + 1, 1, "mutation", {"s": [[made.TEXT - 1, attributes]]})
    row = made.archive(desk, writer, seconds=HEAVY_FRAMES, segment_every=4)
    extras.add_outline(row)
    return row
