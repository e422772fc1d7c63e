"""A bad network between the visitor and the desk, with a real browser: what was made is sent, or named as given up."""

import asyncio
import contextlib
import time

import pytest
from playwright.async_api import Browser, Error

from assist.channel.live import SessionKeys
from assist.channel.protocol import FrameKind
from tests.channel.spoilt import mend, spoil
from tests.faults.agents import Agent
from tests.faults.wire import Wire, archived, gaps
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site
from tests.stack import LiveStack

OFFLINE = "document.querySelector('alongside-assist').shadowRoot.querySelector('.dot.off') !== null"
ONLINE = "document.querySelector('alongside-assist').shadowRoot.querySelector('.dot:not(.off)') !== null"
ECHO = """<input id="field"><p id="echo">Typed</p><script>field.oninput = () => echo.append("+")</script>"""
# The frame is spoilt again whenever it is sent again, as one that was made wrongly would be. Operations go with whole
# heads.
SPOIL = """(() => {
  const send = WebSocket.prototype.send;
  const befores = new WeakMap();
  const whole = (data, before) => {
    if (data[0] < 64) return data;
    const then = new DataView(before.buffer, before.byteOffset);
    const page = then.getUint32(4);
    const otherPage = (page >>> 16) * 65536 + data[2] * 256 + data[3];
    const head = data[0] >= 192 ? [3, before[1], page, (data[0] - 192) * 4, 1]
      : data[0] < 128 ? [data[0] - 64, data[1], otherPage, data[4] * 256 + data[5], 6]
      : data[0] & 32 ? [3, data[0] & 15, page, data[1], 2] : [3, data[0] & 15, page, data[1] * 256 + data[2], 3];
    const isFlushed = data[0] >= 128 && data[0] < 192 && data[0] & 16;
    const payload = [...data.subarray(head[4]), ...(isFlushed ? [0, 0, 255, 255] : [])];
    const all = new Uint8Array(20 + payload.length);
    const now = new DataView(all.buffer);
    all.set([head[0], head[1]]);
    now.setUint32(4, head[2]);
    now.setUint32(8, then.getUint32(8) + 1);
    now.setFloat64(12, then.getFloat64(12) + head[3]);
    all.set(payload, 20);
    return all;
  };
  let spoilt = 0;
  WebSocket.prototype.send = function (data) {
    if (data instanceof Uint8Array && this.url.includes("/visitor/"))
      befores.set(this, whole(data, befores.get(this)));
    // The words of a control frame stay as they are.
    if (data instanceof Uint8Array && befores.get(this)?.[0] === 3) data = befores.get(this);
    if (data instanceof Uint8Array && data[0] === 3 && window.spoil) {
      const seq = new DataView(data.buffer, data.byteOffset).getUint32(8);
      spoilt ||= seq;
      if (spoilt === seq) data = window.spoil(data.slice());
    }
    return send.call(this, data);
  };
})()"""
SPOILS = {
    "bad_frame": "(data) => { data[2] = 1; return data; }",
    "unknown_kind": "(data) => { data[0] = 60; return data; }",
    "frame_too_large": "(data) => { const all = new Uint8Array(300000); all.set(data); return all; }",
}


async def end(visitor: Visitor) -> None:
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")


async def lose_network(visitor: Visitor) -> None:
    """A connection that is being made at that moment may still come to be: then once more."""
    while True:
        await visitor.page.context.set_offline(True)
        await visitor.until(OFFLINE)
        await visitor.until("fetch('/', { cache: 'no-store' }).then(() => false, () => true)")
        if await visitor.page.evaluate(OFFLINE):
            return
        await visitor.page.context.set_offline(False)
        await visitor.until(ONLINE)


@pytest.mark.parametrize("code", list(SPOILS))
async def test_refused_frame_is_given_up_and_the_page_sent_anew(
    code: str, visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack
) -> None:
    wire = Wire(visitor)
    await visitor.page.add_init_script(SPOIL)
    await visitor.go_live()
    agent = await Agent.at_console(browser, stack=live_stack, desk=desk, session_id=visitor.session_id)
    await agent.sees(visitor)
    await visitor.page.evaluate(f"window.spoil = {SPOILS[code]}; document.body.append('in a spoilt frame')")
    await visitor.until(OFFLINE)
    await visitor.until(ONLINE)
    await visitor.page.evaluate("document.body.append('after it')")
    await agent.sees(visitor)
    assert wire.errors() == [code]
    await end(visitor)
    await desk.session_is("ended")
    archive = await archived(desk, visitor.session_id)
    (gap,) = gaps(archive)
    assert gap["reason"] == code
    missing = set(range(1, max(archive) + 1)) - set(archive)
    assert missing <= set(range(gap["from_seq"], gap["to_seq"] + 1))


async def test_twenty_seconds_without_a_network_lose_nothing(
    visitor: Visitor, browser: Browser, desk: Desk, site: Site, live_stack: LiveStack
) -> None:
    site.body = ECHO
    wire = Wire(visitor)
    await visitor.go_live()
    agent = await Agent.at_console(browser, stack=live_stack, desk=desk, session_id=visitor.session_id)
    await agent.sees(visitor)
    began = time.monotonic()
    await visitor.page.context.set_offline(True)
    await visitor.page.locator("#field").press_sequentially("typed without a network")
    await visitor.until(OFFLINE)
    with contextlib.suppress(Error):
        await visitor.page.goto(f"{site.origin}/two")
    await agent.reach("reconnecting")
    await asyncio.sleep(max(0, 20 - (time.monotonic() - began)))  # that long is what is tried here
    await visitor.page.context.set_offline(False)
    await visitor.page.goto(f"{site.origin}/two")
    await visitor.captured()
    await visitor.page.locator("#field").press_sequentially("and on another page")
    await agent.sees(visitor)
    await end(visitor)
    await desk.session_is("ended")
    archive = await archived(desk, visitor.session_id)
    assert list(archive) == list(range(1, len(archive) + 1))
    assert (wire.errors(), gaps(archive)) == ([], [])
    assert [page.rsplit("/", 1)[1] for page in await desk.pages()] == ["one", "two"]


async def test_both_sides_notice_a_connection_that_is_only_half_open(
    visitor: Visitor, browser: Browser, desk: Desk, site: Site, live_stack: LiveStack
) -> None:
    site.body = ECHO
    wire = Wire(visitor)
    await visitor.go_live()
    agent = await Agent.at_console(browser, stack=live_stack, desk=desk, session_id=visitor.session_id)
    await agent.sees(visitor)
    live_stack.freeze_web()
    try:
        await visitor.page.locator("#field").press_sequentially("into the void")
        await visitor.until(OFFLINE, seconds=30)
        await agent.reach("reconnecting")
    finally:
        live_stack.thaw_web()
    await visitor.until(ONLINE)
    await visitor.page.locator("#field").press_sequentially("and out of it")
    await agent.sees(visitor)
    assert await agent.state() == "live"
    assert wire.errors() == []
    await end(visitor)


async def test_console_comes_back_by_itself_when_its_page_could_not_be_read(
    visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack
) -> None:
    await visitor.go_live()
    agent = await Agent.at_console(browser, stack=live_stack, desk=desk, session_id=visitor.session_id)
    await agent.sees(visitor)
    queue = SessionKeys(desk.tenant.pk, visitor.session_id).queue(1 << 16 | 1)
    await spoil(queue)
    async with agent.page.expect_websocket(lambda socket: "/console/" in socket.url) as opened:
        await agent.page.reload()
    socket = await opened.value
    if not socket.is_closed():
        await socket.wait_for_event("close")
    await mend(queue)
    await agent.sees(visitor)
    await end(visitor)


async def test_session_ended_without_a_network_is_ended_by_the_next_page(
    visitor: Visitor, desk: Desk, site: Site
) -> None:
    await visitor.go_live()
    await lose_network(visitor)
    await visitor.page.evaluate("document.body.append('before the end')")
    await end(visitor)
    wire = Wire(visitor)
    with contextlib.suppress(Error):
        await visitor.page.goto(f"{site.origin}/two")
    assert (await desk.session()).state == "live"
    await visitor.page.context.set_offline(False)
    await visitor.page.goto(f"{site.origin}/two")
    await visitor.part("button").wait_for()
    await desk.session_is("ended")
    assert (await desk.session()).end_reason == "visitor_ended"
    assert {FrameKind(kind) for kind in wire.kinds()} <= {FrameKind.GAP}
    assert await visitor.page.evaluate("typeof window.__alongsideCapture") == "undefined"
    await visitor.until("Object.keys(sessionStorage).filter((key) => key.includes('ending')).length === 0")
