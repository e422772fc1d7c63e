"""A real widget application, offscreen, is assisted from the request to the end; the agent sees it in a real browser.

`make test-long` installs Qt, which is too heavy for every landing. Models are imported late.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.capture.sites import ROOT
from tests.client.people import frames_of, said
from tests.client.test_assistance import configure
from tests.loader.conftest import Desk, desk
from tests.stack import LiveStack

__all__ = ["desk"]
pytestmark = pytest.mark.long
APP = "https://app.example.com/till"
WAIT_SECONDS = 30
# Texts, values and boxes of what is seen of the rebuilt page.
SEEN = """() => {
  const frame = [...document.querySelectorAll('[data-testid=assist-page]')].find((f) => f.getClientRects().length);
  const body = frame?.contentDocument?.body;
  if (!body) return null;
  const values = [...body.querySelectorAll('input, textarea')].map((field) => field.value);
  const images = [...body.querySelectorAll('img')].map((image) => [image.naturalWidth, image.naturalHeight]);
  const box = ({ left, top, width, height }) => [left, top, width, height];
  const pay = [...body.querySelectorAll('button')].find((button) => button.textContent === 'Pay');
  return { text: body.innerText, values, images, pay: pay ? box(pay.getBoundingClientRect()) : null };
}"""


class WidgetApplication:
    """The process of tests/client/widget_app.py."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.heard: list[dict[str, Any]] = []

    @classmethod
    async def start(cls, **options: str) -> "WidgetApplication":
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT / "clients" / "python")}
        script = str(ROOT / "tests" / "client" / "widget_app.py")
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        process = await asyncio.create_subprocess_exec(
            sys.executable, script, json.dumps(options), env=environment, **pipes
        )
        application = cls(process)
        await application.hears(event="ready")
        return application

    async def hears(self, **expected: Any) -> dict[str, Any]:
        """The next line that says so; lines before it are passed over."""
        assert self.process.stdout
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                line = await self.process.stdout.readline()
                assert line, f"the application has ended: {self.heard}"
                said_now = json.loads(line)
                self.heard.append(said_now)
                if expected.items() <= said_now.items():
                    return said_now

    async def do(self, name: str, **values: Any) -> Any:
        assert self.process.stdin
        self.process.stdin.write(f"{json.dumps({'do': name, **values})}\n".encode())
        await self.process.stdin.drain()
        return (await self.hears(done=name))["answer"]

    async def stop(self) -> None:
        if self.process.returncode is None:
            assert self.process.stdin
            self.process.stdin.write(b'{"do": "quit"}\n')
            async with asyncio.timeout(WAIT_SECONDS):
                await self.process.wait()


@pytest.fixture
async def till(live_stack: LiveStack, desk: Desk) -> AsyncIterator[WidgetApplication]:
    def settle() -> str:
        from assist.capture.actions import put_mapping

        key = configure(desk)
        put_mapping("till", document={"version": 1, "extends": "ready:qt-widgets", "rules": []})
        return key

    options = {"desk": live_stack.base_url, "public_key": desk.tenant.public_key, "app": APP}
    application = await WidgetApplication.start(**options, rules_key=await desk.within(settle))
    yield application
    await application.stop()


async def go_live(till: WidgetApplication, desk: Desk) -> Any:
    """The id of the session."""
    from assist.requests.models import AssistRequest

    await till.do("ask")
    await till.do("type", name="assist-note", text="The till is stuck")
    await till.do("click", name="assist-send")
    await till.hears(event="requested")
    request = await desk.within(AssistRequest.objects.get)
    assert (request.note, request.page_url, request.page_title) == ("The till is stuck", APP, "Till")
    accepted = await desk.accept(request.pk)
    await till.hears(asked="link")
    await till.do("click", name="assist-link")
    await till.hears(asked="consent")
    assert any("recorded" in text for text in await till.do("texts"))
    await till.do("click", name="assist-consent")
    await till.hears(event="live")
    return accepted.session.pk


async def sees(agent: Any, condition: Any, what: str) -> dict[str, Any]:
    """What the agent's stage shows, once the condition holds of it."""
    deadline, seen = time.monotonic() + WAIT_SECONDS, None
    while time.monotonic() < deadline:
        stage = agent._stage()
        seen = await stage.evaluate(SEEN) if stage else None
        if seen and condition(seen):
            return seen
        await asyncio.sleep(0.05)
    raise AssertionError(f"{what} is not seen: {seen}")


async def test_widget_application_is_assisted_from_the_request_to_the_end(
    till: WidgetApplication, desk: Desk, live_stack: LiveStack, browser: Browser
) -> None:
    from tests.faults.agents import Agent

    session_id = await go_live(till, desk)
    agent = await Agent.at_console(browser, stack=live_stack, desk=desk, session_id=session_id)
    console = agent.page.get_by_test_id("assist-console")

    seen = await sees(agent, lambda page: "12.00" in page["text"], "the total")
    for text in ("Total", "Customer", "Print a receipt", "Register", "Register 4"):
        assert text in seen["text"]
    assert await console.get_attribute("data-page-kind") == "native"
    assert (await console.get_attribute("data-viewport") or "").startswith("640x480@")
    assert seen["pay"][2] > 50
    await sees(agent, lambda page: [32, 32] in page["images"], "the picture of the label")
    assert await till.do("own") == ["assist-end", "assist-indicator", "assist-pause"]
    assert "Live help" not in seen["text"]

    await till.do("click", name="pay")
    await sees(agent, lambda page: "Paid" in page["text"], "the payment")
    await till.do("type", name="customer", text="Robin Hood")
    await till.do("type", name="code", text="4711 0815")
    seen = await sees(agent, lambda page: "••••• ••••" in page["values"], "the masked name")
    assert "•••••••••" in (await sees(agent, lambda page: "•••••••••" in page["values"], "the code"))["values"]

    await till.do("click", name="to-stock")
    seen = await sees(agent, lambda page: "Milk comes at six" in page["text"], "the stock")
    for text in ("Goods", "Apples", "12", "Order more bread"):
        assert text in seen["text"]
    await till.do("click", name="to-sale")
    await sees(agent, lambda page: "Paid" in page["text"], "the sale again")
    await till.do("resize", width=800, height=500)
    await sees(agent, lambda page: page["pay"], "the larger window")
    await until_attribute(console, "data-viewport", "800x500@")

    frames = await frames_of(desk, session_id)
    text = said(frames)
    assert "HISTORY" in text
    assert '"click"' in text
    for secret in ("Robin", "Hood", "4711", "0815"):
        assert secret not in text

    await till.do("click", name="assist-end")
    await till.hears(event="ended")
    await agent.reach("ended")
    await desk.session_is("ended")
    assert "assist-indicator" not in await till.do("own")


async def until_attribute(locator: Any, name: str, start: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not (await locator.get_attribute(name) or "").startswith(start):
        assert time.monotonic() < deadline, await locator.get_attribute(name)
        await asyncio.sleep(0.05)
