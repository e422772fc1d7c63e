"""More than the visitor's side keeps, a slow line, and uploads that fail: operations stay fresh, the rest is named."""

import asyncio
import json
import time
from collections.abc import Callable

import pytest
from playwright.async_api import Browser, WebSocket, WebSocketRoute, expect

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
LINE = {"offline": False, "latency": 300, "downloadThroughput": 32_000, "uploadThroughput": 32_000}
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


class Pieces:
    """What goes up on the socket of assets; `under_way` are the bytes that were not answered, after each message."""

    def __init__(self, visitor: Visitor) -> None:
        self.begun, self.is_kept = asyncio.Event(), False
        self.under_way = [0]
        self._sent_bytes = 0
        visitor.page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        if "/ws/assist/assets/" in socket.url:
            socket.on("framesent", self._on_sent)
            socket.on("framereceived", self._on_received)

    def _on_sent(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            self.begun.set()
            self._sent_bytes += len(data)
            self.under_way.append(self.under_way[-1] + len(data))

    def _on_received(self, data: str | bytes) -> None:
        message = json.loads(data)
        self.is_kept = self.is_kept or message["type"] == "kept"
        if message["type"] == "got":
            self.under_way.append(self._sent_bytes - message["bytes"])


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
    assert await agent.rebuilt() == ["<body>", "<p>", "This page is too large to show. / 此页面过大，无法显示。"]
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
    agent = await at_work(visitor, browser, desk, live_stack)
    line = await visitor.page.context.new_cdp_session(visitor.page)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", LINE)
    asset = Pieces(visitor)
    await visitor.page.evaluate(PICTURE, 640)
    await asset.begun.wait()
    ages = []
    for number in range(5):
        began = time.monotonic()
        await visitor.page.evaluate(f"document.body.append('change {number}')")
        await agent.sees(visitor)
        ages.append(time.monotonic() - began)
    assert not asset.is_kept  # 640 KiB take 20 s
    assert max(ages) < 3, ages
    # What the line holds is 10 KiB: more would stand in its queue, before the operations.
    assert max(asset.under_way) < 32 * 1024


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
    await agent.page.get_by_text("Not readable at the visitor's side: 1").wait_for()
    assert len(answers.codes) == 3
