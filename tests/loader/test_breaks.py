"""The session outlives the web process."""

from tests.loader.conftest import Desk, Visitor
from tests.stack import LiveStack


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
