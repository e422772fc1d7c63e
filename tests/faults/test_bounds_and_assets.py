"""More than the visitor's side keeps, a slow line, and uploads that fail: operations stay fresh, the rest is named."""

import time
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

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
ALLOWED = {"Access-Control-Allow-Origin": "*"}


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
    done: list[Any] = []
    visitor.page.on("requestfinished", lambda request: request.method == "PUT" and done.append(request))
    async with visitor.page.expect_request(lambda request: request.method == "PUT"):
        await visitor.page.evaluate(PICTURE, 640)
    ages = []
    for number in range(5):
        began = time.monotonic()
        await visitor.page.evaluate(f"document.body.append('change {number}')")
        await agent.sees(visitor)
        ages.append(time.monotonic() - began)
    assert not done  # 640 KiB take 20 s
    assert max(ages) < 3, ages


async def test_upload_that_fails_for_a_while_is_tried_again(
    visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack
) -> None:
    answers = [503, 503]

    async def fail(route: Route) -> None:
        if route.request.method == "PUT" and answers:
            await route.fulfill(status=answers.pop(), headers=ALLOWED)
        else:
            await route.continue_()

    await visitor.page.route("**/assist/assets/**", fail)
    await at_work(visitor, browser, desk, live_stack)
    async with visitor.page.expect_response(lambda answer: answer.status == 201):
        await visitor.page.evaluate(PICTURE, 16)
    assert answers == []


async def test_upload_that_never_works_is_reported_and_holds_nothing_back(
    visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack
) -> None:
    tries: list[str] = []

    async def fail(route: Route) -> None:
        if route.request.method == "PUT":
            tries.append(route.request.url)
            await route.fulfill(status=503, headers=ALLOWED)
        else:
            await route.continue_()

    await visitor.page.route("**/assist/assets/**", fail)
    agent = await at_work(visitor, browser, desk, live_stack)
    await visitor.page.evaluate(PICTURE, 16)
    await visitor.page.evaluate("document.body.append('right away')")
    await agent.sees(visitor)
    await agent.page.get_by_text("Not readable at the visitor's side: 1").wait_for()
    assert len(tries) == 3
