"""The session outlives the web process, and who waits outlives a connection that nobody closed."""

import asyncio

from tests.loader.conftest import Desk, Visitor
from tests.stack import LiveStack

# What is waited before the next try is a random part of a bound; no other wait is a fraction of a millisecond.
NOTE_WAITS = """
window.waits = [];
const timer = window.setTimeout;
window.setTimeout = (call, ms, ...rest) => {
  if (ms % 1) waits.push(ms);
  return timer.call(window, call, ms, ...rest);
};
"""
LIVES = "document.querySelector('alongside-assist').shadowRoot.querySelector('.dot.off') === null"


async def test_session_goes_on_after_the_web_process_was_killed(
    visitor: Visitor, desk: Desk, live_stack: LiveStack
) -> None:
    await visitor.go_live()
    received: list[str] = []
    visitor.page.on("websocket", lambda socket: socket.on("framereceived", lambda data: received.append(str(data))))
    live_stack.kill_web()
    await visitor.page.evaluate("document.body.append('said while nobody listened')")
    await visitor.until("document.querySelector('alongside-assist').shadowRoot.querySelector('.dot.off') !== null")
    # In this thread: the process dies with the thread that started it.
    live_stack.start_web()
    await visitor.until("document.querySelector('alongside-assist').shadowRoot.querySelector('.dot.off') === null")
    assert any('"welcome"' in message for message in received)
    assert not any("seq_gap" in message for message in received)
    session = await desk.session()
    assert (session.state, session.tab_count) == ("live", 1)
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")


async def test_waiting_visitor_notices_a_connection_that_is_only_half_open(
    visitor: Visitor, desk: Desk, live_stack: LiveStack
) -> None:
    await visitor.page.goto(f"{visitor.site.origin}/one")
    async with visitor.page.expect_websocket():
        request_id = await visitor.ask()
    try:
        async with visitor.page.expect_websocket(timeout=60_000):
            live_stack.freeze_web()
    finally:
        live_stack.thaw_web()
    await desk.decline(request_id, "Please call us.")
    await visitor.part("problem").wait_for()


async def test_visitor_who_is_asked_to_come_again_does_so_at_once_however_often(visitor: Visitor) -> None:
    from assist.channel.valkey import sync_client

    await visitor.page.add_init_script(NOTE_WAITS)
    await visitor.go_live()
    for number in range(1, 5):
        await asyncio.to_thread(sync_client().flushdb)
        await visitor.until(f"window.waits.length === {number}")
        await visitor.until(LIVES)
    assert max(await visitor.page.evaluate("window.waits")) <= 300
