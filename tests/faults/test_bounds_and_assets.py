"""More than the visitor's side keeps, a slow line, and uploads that fail: operations stay fresh, the rest is named."""

import asyncio
import json
import time
from collections.abc import Callable

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from assist.channel.protocol import FrameKind
from tests.faults.agents import Agent
from tests.faults.wire import Wire, archived, gaps
from tests.loader.conftest import Desk, Visitor
from tests.stack import LiveStack

# Random letters, of which deflate leaves three quarters; resolves when they have been captured, long after a flush.
MAKE = """(mebibytes) => {
  const big = Object.assign(document.createElement('p'), { id: 'big', hidden: true });
  const part = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(49152))));
  big.textContent = Array.from({ length: mebibytes * 16 }, part).join('');
  document.body.append(big);
  return new Promise((resolve) => setTimeout(resolve, 3000));
}"""
PICTURE = """(kibibytes) => {
  const bytes = new Uint8Array(kibibytes * 1024);
  for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const url = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
  document.body.append(Object.assign(document.createElement('img'), { src: url }));
}"""
ONLINE = "document.querySelector('alongside-assist').shadowRoot.querySelector('.dot:not(.off)') !== null"
UPLOADS = "**/ws/assist/assets/**"


class Answers:
    """What the visitor's browser is told of its uploads; `changed` may make something else of a code."""

    def __init__(self, changed: Callable[[str], str] = str) -> None:
        self.codes: list[str] = []
        self.came = asyncio.Event()
        self._changed = changed

    async def route(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda data: socket.send(self._passed(data)))

    def _passed(self, data: str | bytes) -> str | bytes:
        message = json.loads(data)
        if message["type"] != "kept":
            return data
        self.codes.append(self._changed(message["code"]))
        if not self.codes[-1]:
            self.came.set()
        return json.dumps({**message, "code": self.codes[-1]})


class SlowLine:
    """What the visitor's browser says on its sockets goes one after the other, 32 KB a second, and 150 ms later.

    The browser's own emulation let pieces through at twice its rate. `waits_s` is how long each message
    waited for those before it.
    """

    def __init__(self) -> None:
        self.waits_s: list[float] = []
        self.uploading = asyncio.Event()
        self._free_at = 0.0

    async def route(self, socket: WebSocketRoute) -> None:
        server, is_assets = socket.connect_to_server(), "/ws/assist/assets/" in socket.url

        def carry(data: str | bytes) -> None:
            loop = asyncio.get_running_loop()
            self.waits_s.append(max(0.0, self._free_at - loop.time()))
            self._free_at = max(loop.time(), self._free_at) + len(data) / 32_000
            loop.call_at(self._free_at + 0.15, server.send, data)
            if is_assets and isinstance(data, bytes):
                self.uploading.set()

        socket.on_message(carry)


async def at_work(visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack) -> Agent:
    await visitor.go_live()
    agent = await Agent.at_console(browser, stack=live_stack, desk=desk, session_id=visitor.session_id)
    await agent.sees(visitor)
    return agent


async def end(visitor: Visitor, desk: Desk) -> dict[int, bytes]:
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")
    await desk.session_is("ended")
    return await archived(desk, visitor.session_id)


@pytest.mark.parametrize(("mebibytes", "leaves", "reason"), [(13, False, "buffer full"), (4, True, "not kept")])
async def test_what_is_beyond_the_bounds_is_named_and_the_page_sent_anew(
    mebibytes: int, leaves: bool, reason: str, visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack
) -> None:
    wire = Wire(visitor)
    agent = await at_work(visitor, browser, desk, live_stack)
    live_stack.kill_web()
    await visitor.page.evaluate(MAKE, mebibytes)
    await visitor.page.evaluate("big.remove()")
    if leaves:
        await visitor.page.click("#next")
        await visitor.page.wait_for_url("**/two")
    # In this thread: the process dies with the thread that started it.
    live_stack.start_web()
    await visitor.until(ONLINE)
    await visitor.captured()
    await visitor.page.evaluate("document.body.append('seen again')")
    await agent.sees(visitor)
    archive = await end(visitor, desk)
    assert (wire.errors(), [gap["reason"] for gap in gaps(archive)]) == ([], [reason])
    assert [data[0] for data in archive.values()].count(FrameKind.SNAPSHOT) >= 2


async def test_page_that_is_too_large_is_told_in_words_and_the_session_lives_on(
    visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack
) -> None:
    """About 12 MiB compressed, which is more than the visitor's side keeps."""
    wire = Wire(visitor)
    agent = await at_work(visitor, browser, desk, live_stack)
    await visitor.page.evaluate(MAKE, 16)
    await agent.page.get_by_text("This page is too large to show. The session goes on").wait_for()
    assert await agent.rebuilt() == ["<body>", "<p>", "Too large / 页面过大"]
    await visitor.page.click("#next")
    await visitor.page.wait_for_url("**/two")
    await agent.sees(visitor)
    await expect(agent.page.get_by_text("This page is too large to show. The session goes on")).to_be_hidden()
    archive = await end(visitor, desk)
    # The difference did not fit either, and is named.
    assert (wire.errors(), [gap["reason"] for gap in gaps(archive)]) == ([], ["buffer full"])


async def test_operations_stay_fresh_on_a_slow_line_while_an_asset_goes_up(
    visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack
) -> None:
    line = SlowLine()
    for sockets in ("**/ws/assist/visitor/**", UPLOADS):
        await visitor.page.route_web_socket(sockets, line.route)
    agent = await at_work(visitor, browser, desk, live_stack)
    await visitor.page.evaluate(PICTURE, 640)
    await line.uploading.wait()
    line.waits_s.clear()
    ages = []
    for number in range(5):
        began = time.monotonic()
        await visitor.page.evaluate(f"document.body.append('change {number}')")
        await agent.sees(visitor)
        ages.append(time.monotonic() - began)
    assert max(ages) < 3, ages
    # 640 KiB take 20 s.
    assert len(line.waits_s) > 5
    assert max(line.waits_s) < 1, line.waits_s


async def test_upload_that_fails_for_a_while_is_tried_again(
    visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack
) -> None:
    failures = ["unavailable", "unavailable"]
    answers = Answers(lambda code: failures.pop() if failures else code)
    await visitor.page.route_web_socket(UPLOADS, answers.route)
    await at_work(visitor, browser, desk, live_stack)
    await visitor.page.evaluate(PICTURE, 16)
    async with asyncio.timeout(30):
        await answers.came.wait()
    assert answers.codes == ["unavailable", "unavailable", ""]


async def test_upload_that_never_works_is_reported_and_holds_nothing_back(
    visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack
) -> None:
    answers = Answers(lambda _code: "unavailable")
    await visitor.page.route_web_socket(UPLOADS, answers.route)
    agent = await at_work(visitor, browser, desk, live_stack)
    await visitor.page.evaluate(PICTURE, 16)
    await visitor.page.evaluate("document.body.append('right away')")
    await agent.sees(visitor)
    await agent.page.get_by_text("Not as the visitor sees it: 1").wait_for()
    assert len(answers.codes) == 3
