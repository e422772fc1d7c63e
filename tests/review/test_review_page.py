"""The review page in a real browser: video, replay, log and timeline on one clock."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.async_api import Browser, FrameLocator, Locator, Page, Route, expect

from assist.channel.protocol import FrameKind
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.video import extras
from recordings.video.models import Recording
from tests import factories
from tests.desks import Desk
from tests.review import made
from tests.stack import LiveStack

SECONDS = 60
NEAR_MS = 60
CHAPTERS = [
    {"page_id": made.TAB + 1, "title": "Orders", "url": "https://shop.example/orders", "kind": "html"},
    {"page_id": made.TAB + 2, "title": "Basket", "url": "https://shop.example/basket", "kind": "html"},
]
# Until it is drawn there, what is clicked in a frame of another process can be what was there before.
TO_THE_TOP = "() => new Promise((done) => (scrollTo(0, 0), requestAnimationFrame(() => requestAnimationFrame(done))))"
NOW = "() => 1000 * document.querySelector('video').currentTime"


@dataclass
class Review:
    """The page of one recording, and what of it the tests look at."""

    page: Page
    recording: Recording

    @property
    def frame(self) -> Locator:
        """The element that holds the page which is replayed."""
        return self.page.frame_locator("[data-stage-box] iframe").locator("[data-testid=assist-page]")

    @property
    def replay(self) -> FrameLocator:
        return self.frame.content_frame

    async def place(self, x: int, y: int) -> tuple[float, float]:
        """Where on the screen a place of the replayed page is."""
        await self.page.evaluate(TO_THE_TOP)
        box = await self.page.locator("[data-stage-box] iframe").bounding_box()
        assert box
        scale = box["width"] / made.VIEWPORT["width"]
        return box["x"] + x * scale, box["y"] + y * scale

    async def shows(self, heading: str, text: str) -> None:
        await expect(self.replay.locator("h1")).to_have_text(heading)
        await expect(self.replay.locator("p")).to_have_text(text)

    async def is_at(self, at_ms: int) -> None:
        """The video, and what is told of it."""
        await self.page.wait_for_function(f"() => Math.abs(({NOW})() - {at_ms}) < {NEAR_MS}")
        seconds = {(at_ms - NEAR_MS) // 1000, (at_ms + NEAR_MS) // 1000}
        track = self.page.locator("[data-track]")
        await expect(track).to_have_attribute("aria-valuenow", re.compile("|".join(map(str, seconds))))


@pytest.fixture
def recording(desk: Desk, tmp_path: Path) -> Recording:
    writer = made.Writer()
    writer.open(0, 1, "Orders")
    for second in range(1, 12):
        writer.write(1000 * second, 1, f"second {second}")
    writer.say(12_300, 1, "pointer", [[0, 60, 320, made.BUTTON]])
    writer.say(12_500, 1, "click", "click", made.BUTTON, 60, 320)
    writer.say(14_000, 1, "input", made.FIELD, "•••", 0)
    writer.control(16_000, FrameKind.PAUSE)
    writer.control(19_000, FrameKind.RESUME)
    writer.open(30_000, 2, "Basket")
    for second in range(31, SECONDS):
        writer.write(1000 * second, 2, f"second {second}")
    row = made.archive(desk, writer, seconds=SECONDS, segment_every=10)
    starts = (0, 30_000, 1000 * SECONDS)
    chapters = [
        {**chapter, "starts_ms": begin, "ends_ms": end}
        for chapter, begin, end in zip(CHAPTERS, starts, starts[1:], strict=False)
    ]
    return made.ready(row, made.film(tmp_path / "video.mp4", seconds=SECONDS), seconds=SECONDS, chapters=chapters)


@asynccontextmanager
async def opened(
    browser: Browser, stack: LiveStack, recording: Recording, *, person: Any, at: str = "", **options: Any
) -> AsyncIterator[Review]:
    context = await browser.new_context(**options)
    cookie = await asyncio.to_thread(factories.session_cookie, person)
    await context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": stack.base_url}])
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{stack.base_url}/desk/recordings/{recording.id}/{at}")
    yield Review(page, recording)
    assert errors == []
    await context.close()


async def test_everything_follows_one_clock(
    browser: Browser, live_stack: LiveStack, desk: Desk, recording: Recording
) -> None:
    async with opened(browser, live_stack, recording, person=desk.agent, at="?t=4500") as review:
        page = review.page
        await review.shows("Orders", "second 4")
        await review.is_at(4500)
        selected = page.locator("[data-testid=recording-log] [aria-selected=true]")
        await expect(selected).to_contain_text("Page changed")
        await expect(page.locator("[data-chapters] [aria-current]")).to_contain_text("Orders")

        # a row of the log moves the video and the replay
        await page.locator(".log-row", has_text="click 60, 320").click()
        await review.is_at(12_500)
        await review.shows("Orders", "second 11")
        # so does the timeline
        place = await page.locator("[data-track]").evaluate("track => 0.75 * track.offsetWidth - track.clientLeft")
        await page.locator("[data-track]").click(position={"x": place, "y": 10})
        await review.is_at(45_000)
        await page.wait_for_url(re.compile(r"\?t=(449[4-9]\d|450[0-5]\d)$"))
        await review.shows("Basket", "second 45")
        await expect(page.locator("[data-chapters] [aria-current]")).to_contain_text("Basket")
        await expect(page.locator("[data-preview-time]")).to_have_text("0:45")
        assert "filmstrip" in await page.locator("[data-tile]").evaluate("tile => tile.style.backgroundImage")
        # and back, to before what is loaded of the page in front
        await page.locator("[data-chapters] button", has_text="Orders").click()
        await review.is_at(0)
        await review.shows("Orders", "at first")
        # and what is clicked in the replay: to when the visitor used it
        await page.mouse.click(*await review.place(60, 320))
        await review.is_at(12_500)
        await review.shows("Orders", "second 11")
        await selects_text(review)


async def selects_text(review: Review) -> None:
    """The replay is held for that; what was touched is gone afterwards."""
    await review.page.keyboard.press("i")
    await expect(review.frame).to_have_css("pointer-events", "auto")
    await review.page.mouse.dblclick(*await review.place(40, 40))
    frame = next(frame for frame in review.page.frames if frame.parent_frame and frame.parent_frame.parent_frame)
    assert await frame.evaluate("() => String(getSelection()).trim()") == "Orders"
    await review.replay.locator("input").fill("touched")
    await review.page.locator("[data-inspect]").click()
    await expect(review.replay.locator("input")).to_have_value("")


async def offers_colleagues(page: Page) -> None:
    """Behind an `@`, by keys and by pointer."""
    field, offered = page.get_by_label("Note at"), page.get_by_role("listbox", name="Colleagues").get_by_role("option")
    await field.press_sequentially("Look, @")
    await expect(offered).to_have_text(["Ada Byron @AdaByron", "Agent @Agent"])
    await field.press("ArrowDown")
    await expect(offered.last).to_have_attribute("aria-selected", "true")
    await field.press("Enter")
    await expect(field).to_have_value("Look, @Agent ")
    await field.press_sequentially("and @by")
    await expect(offered).to_have_count(1)
    await offered.click()
    await expect(field).to_have_value("Look, @Agent and @AdaByron ")
    await field.press_sequentially("mail@a")
    await expect(offered).to_have_count(0)
    await field.press_sequentially(" @")
    await field.press("Escape")
    await expect(offered).to_have_count(0)


async def test_keys_move_the_clock(browser: Browser, live_stack: LiveStack, desk: Desk, recording: Recording) -> None:
    await asyncio.to_thread(colleague, desk)
    async with opened(browser, live_stack, recording, person=desk.agent, at="?t=20000") as review:
        page = review.page
        await expect(page.locator("[data-log-count]")).not_to_be_empty()
        await review.is_at(20_000)
        for key, at_ms in (
            ("l", 30_000),
            ("j", 20_000),
            ("ArrowRight", 25_000),
            ("ArrowLeft", 20_000),
            (".", 20_040),
            (",", 20_000),
            ("2", 30_000),
            ("p", 16_000),
            ("p", 14_000),
            ("n", 16_000),
            ("Home", 0),
            ("n", 12_500),
        ):
            await page.keyboard.press(key)
            await review.is_at(at_ms)
        await expect(page.locator("[data-said]")).to_have_text("0:12 · Click")
        await page.locator("[data-track]").focus()
        for key, at_ms in (("ArrowUp", 17_500), ("PageDown", 0), ("l", 10_000), ("PageUp", 60_000), ("n", 60_000)):
            await page.keyboard.press(key)
            await review.is_at(at_ms)
            await expect(page.locator("[data-preview-time]")).to_have_text(f"{at_ms // 60_000}:{at_ms // 1000 % 60:02}")
        await page.locator("[data-track]").blur()
        await expect(page.locator("[data-preview]")).to_be_hidden()
        await page.keyboard.press("Home")
        await page.keyboard.press("n")
        await page.locator("[data-mark-kinds] label", has_text="Inputs").click()
        await page.keyboard.press("n")
        await review.is_at(16_000)
        await page.locator("[data-testid=recording-log]").focus()
        await page.keyboard.press("ArrowUp")  # of two rows of that time the other one
        await review.is_at(16_000)
        await page.keyboard.press("ArrowUp")
        await review.is_at(14_000)
        await page.keyboard.press("?")
        await expect(page.locator("dialog[data-keys]")).to_be_visible()
        await page.keyboard.press("l")
        await page.keyboard.press("Escape")
        await review.is_at(14_000)
        await page.keyboard.press(">")
        await expect(page.locator("[data-rate]")).to_have_value("1.5")
        await page.locator("[data-rate]").select_option("8")
        await page.locator("h1, h2").first.click()
        await page.keyboard.press("k")
        await expect(page.locator("[data-play]")).to_have_attribute("aria-label", "Pause")
        await page.wait_for_function(f"() => ({NOW})() > 40000")
        await page.keyboard.press("k")
        await expect(page.locator("[data-play]")).to_have_attribute("aria-label", "Play")
        await expect(review.replay.locator("h1")).to_have_text("Basket")
        await offers_colleagues(page)


def colleague(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        factories.member(name="Ada Byron")


async def test_expired_address_of_the_video_is_renewed(
    browser: Browser, live_stack: LiveStack, desk: Desk, recording: Recording
) -> None:
    asked = []
    expired = f"{store.presign(recording.object_key, expires_seconds=300)}0"  # with a signature that is none (any more)

    async def answer(route: Route) -> None:
        asked.append(route.request.headers["accept"])
        if len(asked) == 1:
            await route.fulfill(json={"url": expired, "expires_seconds": 300})
        else:
            await route.continue_()

    async with opened(browser, live_stack, recording, person=desk.agent) as review:
        assert (await review.page.request.get(expired)).status == HTTPStatus.FORBIDDEN
        await review.page.route("**/video/", answer)
        await review.page.reload()
        await review.page.wait_for_function("() => document.querySelector('video').readyState > 1")
        assert asked == ["application/json"] * 2
        await review.page.keyboard.press("2")
        await review.is_at(30_000)


async def test_long_session_is_never_loaded_whole(browser: Browser, live_stack: LiveStack, desk: Desk) -> None:
    """Eight hours on one page, taken anew each hour, of which the video is not there yet."""
    writer = made.Writer()
    writer.open(0, 1, "Orders")
    for minute in range(1, 480):
        if minute % 60 == 0:
            writer.snapshot(60_000 * minute, 1, "Orders", text=f"hour {minute // 60}")
        else:
            for part in range(10):
                writer.write(60_000 * minute + 6000 * part, 1, f"minute {minute} and {6 * part} s")
    recording = await asyncio.to_thread(made.archive, desk, writer, seconds=8 * 3600, segment_every=20)
    await asyncio.to_thread(extras.add_outline, await asyncio.to_thread(_again, recording))
    async with opened(browser, live_stack, recording, person=desk.agent, at="?t=27030500") as review:
        page = review.page
        ranges: list[str] = []
        page.on("request", lambda request: "/archive/" in request.url and ranges.append(request.url))
        await review.shows("Orders", "minute 450 and 30 s")
        await expect(page.locator("[data-log-count]")).to_have_text("4729 entries")
        assert await page.locator(".log-row").count() < 100
        await page.keyboard.press("Home")
        await review.shows("Orders", "at first")
        await page.keyboard.press("End")
        await review.shows("Orders", "minute 479 and 54 s")
        firsts = [[int(part) for part in url.split("/archive/")[1].split("/")[:2]] for url in ranges]
        total = -(-len(writer.entries) // 20)
        assert sum(last - first + 1 for first, last in firsts) < total / 4
        # without a video the clock runs by itself
        await page.keyboard.press("Home")
        await page.locator("[data-rate]").select_option("8")
        await page.locator("[data-play]").click()
        await expect(page.locator("[data-time]")).to_contain_text("0:01 / 8:00:00")


def _again(recording: Recording) -> Recording:
    with tenant_scope(recording.tenant_id):
        return Recording.objects.select_related("session").get(id=recording.id)
