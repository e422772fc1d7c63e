"""A console whose stage has much to do: it lags in time, catches up, and knows how late it is."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.request import urlopen

import pytest
from asgiref.sync import sync_to_async
from playwright.async_api import Browser, Locator, Page, Route, expect

from assist.channel.limits import CONSOLE_BACKLOG_BYTES, CONSOLE_MAX_WINDOW_BYTES
from assist.channel.protocol import Frame, FrameKind, encode_frame
from tests.console.test_hostile_page import HostileVisitor, console_of, hostile_session, stage_of
from tests.stack import LiveStack

pytestmark = pytest.mark.django_db(transaction=True)
BODY, TEXT = 3, 5
# Of so many nodes that it is built in slices.
LONG_ROWS = 5000
A_SNAPSHOT_EVERY = 5
WAIT_MS = 30_000
# The stage draws no frame until the test lets it: it waits for the page of its queue to be on the screen.
FREEZE = """if (location.pathname.startsWith("/stage/")) {
  const waiting = [];
  const { requestAnimationFrame, setTimeout } = window;
  window.requestAnimationFrame = window.setTimeout = (call) => waiting.push(call);
  window.thaw = () => {
    Object.assign(window, { requestAnimationFrame, setTimeout });
    for (const call of waiting) call();
  };
}"""


class BusyVisitor(HostileVisitor):
    """Its frames are `age_seconds` old when they leave."""

    age_seconds = 0.0

    def frame(
        self, kind: int, payload: bytes = b"{}", *, page: int = 1, flags: int = 0, seq: int | None = None
    ) -> bytes:
        self.seq += 1
        at = (time.time() - self.age_seconds) * 1000
        return encode_frame(Frame(kind, flags, self.tab << 16 | page, self.seq, at, payload))

    async def show_text(self, text: str, *, rows: int = 1) -> None:
        """A page of paragraphs of this text."""
        ids = itertools.count(BODY + 1)
        paragraphs = [[1, next(ids), "p", {}, [[3, next(ids), text]]] for _ in range(rows)]
        await self.show([9, 1, [[1, 2, "html", {}, [[1, BODY, "body", {}, paragraphs]]]]])
        await self.stored(self.seq)

    async def change_text(self, text: str) -> None:
        await self.operate("mutation", 0, {"t": [[TEXT, text]]})

    async def say_much(self) -> int:
        """As much as its window takes, nearly; returns the bytes, once they are stored."""
        size, noise = 0, random.Random(self.seq)
        for _ in range(4):
            change = {"s": [[BODY, {"data-noise": noise.randbytes(200_000).hex()}]]}
            payload = self._deflate(json.dumps(["mutation", 0, change]))
            size += len(payload)
            await self.send(FrameKind.OPERATIONS, payload)
        await self.stored(self.seq)
        return size


@asynccontextmanager
async def visited(stack: LiveStack) -> AsyncIterator[tuple[BusyVisitor, Any]]:
    """A visitor on a page, and what `console_of` needs."""
    session, token, cookie = await sync_to_async(hostile_session)()
    async with BusyVisitor(f"ws://localhost:{stack.port}/ws/assist/visitor/{session.id}/") as visitor:
        await visitor.hello(token=token)
        await visitor.enter()
        yield visitor, (stack, session, cookie)


def first_row(page: Page) -> Locator:
    rebuilt = page.frame_locator("[data-stage-box] iframe").frame_locator("[data-testid=assist-page]")
    return rebuilt.locator("p").first


async def lags_of(stack: LiveStack) -> float:
    def read() -> list[str]:
        with urlopen(f"{stack.base_url}/metrics", timeout=10) as answer:
            return str(answer.read().decode()).splitlines()

    lines = [line for line in await asyncio.to_thread(read) if line.startswith("assist_console_lags_total")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


async def test_console_whose_stage_is_behind_lags_and_catches_up(live_stack: LiveStack, browser: Browser) -> None:
    async with visited(live_stack) as (visitor, session):
        await visitor.show_text("Long", rows=LONG_ROWS)
        page, _ = await console_of(browser, *session, script=FREEZE)
        await expect(first_row(page)).to_have_text("Long", timeout=WAIT_MS)
        before, sent = await lags_of(live_stack), 0
        for number in itertools.count(1):
            sent += await visitor.say_much()
            if await lags_of(live_stack) > before:
                break
            assert sent < 2 * (CONSOLE_MAX_WINDOW_BYTES + CONSOLE_BACKLOG_BYTES), "the console takes without end"
            if number % A_SNAPSHOT_EVERY == 0:
                await visitor.show_text(f"Snapshot {number}")
        await visitor.show_text("The newest")
        await stage_of(page).evaluate("thaw()")
        await expect(first_row(page)).to_have_text("The newest", timeout=WAIT_MS)
        await expect(page.locator("[data-fact=lags]")).to_have_text("1", timeout=WAIT_MS)
        await visitor.change_text("Live again")
        await expect(first_row(page)).to_have_text("Live again", timeout=WAIT_MS)


async def test_page_whose_queue_is_larger_than_the_window_is_shown(live_stack: LiveStack, browser: Browser) -> None:
    async with visited(live_stack) as (visitor, session):
        await visitor.show_text("The first")
        sent = 0
        while sent < CONSOLE_MAX_WINDOW_BYTES * 1.2:
            sent += await visitor.say_much()
        await visitor.change_text("The last of many")
        page, _ = await console_of(browser, *session)
        await expect(first_row(page)).to_have_text("The last of many", timeout=WAIT_MS)
        await visitor.change_text("Live")
        await expect(first_row(page)).to_have_text("Live", timeout=WAIT_MS)


async def test_latency_behind_a_queue_is_that_of_the_live_frame(live_stack: LiveStack, browser: Browser) -> None:
    async with visited(live_stack) as (visitor, session):
        visitor.age_seconds = 1800
        await visitor.show_text("Half an hour ago")
        visitor.age_seconds = 2
        await visitor.change_text("Just now")
        page, _ = await console_of(browser, *session)
        await expect(first_row(page)).to_have_text("Just now", timeout=WAIT_MS)
        visitor.age_seconds = 1
        await visitor.change_text("Live")
        await expect(first_row(page)).to_have_text("Live", timeout=WAIT_MS)
        main = page.locator("main[data-latency-ms]")
        await expect(main).to_be_attached(timeout=WAIT_MS)
        assert int(await main.get_attribute("data-latency-ms") or 0) >= 500


async def test_console_whose_own_script_comes_last_meets_its_stage(live_stack: LiveStack, browser: Browser) -> None:
    async def after_the_stage(route: Route) -> None:
        page = route.request.frame.page
        stage = next((frame for frame in page.frames if "/stage/" in frame.url), None)
        stage = stage or await page.wait_for_event("framenavigated", lambda frame: "/stage/" in frame.url)
        await stage.wait_for_load_state("load")
        await route.continue_()

    async with visited(live_stack) as (visitor, session):
        await visitor.show_text("Here")
        page, _ = await console_of(browser, *session, held=after_the_stage)
        await expect(first_row(page)).to_have_text("Here", timeout=WAIT_MS)
