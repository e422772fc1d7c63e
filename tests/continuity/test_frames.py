"""A frame of the tenant's other site with the script tag inside: its own loader, the desk and the agent's console."""

import asyncio
import time
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page

from tests.continuity.people import WAIT_SECONDS, Watcher
from tests.continuity.test_sites import allow
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import NONCE, Site

FRAMED = """<!doctype html><title>Framed</title><p>Inside the shop</p><input id=typed>
<script {nonce} src="{base_url}/assist/loader.js" data-desk="{public_key}"></script>"""
ADD = "document.body.append(Object.assign(document.createElement('iframe'), { src: '%s/framed', id: 'shop' }))"
ASK = """shop.contentWindow.postMessage(
  { alongside: "frame", ticket: "x" }, "*", [new MessageChannel().port2])"""
# A page around the frame that would have nothing masked there.
UNMASK = """{
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (said, ...more) {
    if (said[0] === "begin") said[1].masking = { allow: ["*"] };
    return postMessage.call(this, said, ...more);
  };
}"""
IS_CAPTURED = "typeof window.__alongsideFrame === 'function'"


@pytest.fixture
def framed(site: Site) -> Site:
    """Its other hosts serve the frame as well."""
    values = {"base_url": site.base_url, "public_key": site.public_key, "nonce": f'nonce="{NONCE}"'}
    site.files["/framed"] = ("text/html; charset=utf-8", FRAMED.format(**values).encode())
    return site


def host(name: str, site: Site) -> str:
    return f"http://{name}.localhost:{urlsplit(site.origin).port}"


async def frame_of(page: Page) -> Frame:
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := [frame for frame in page.frames if frame.url.endswith("/framed")]):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return found[0]


async def until_seen(agent: Watcher, text: str) -> None:
    """Some document at the agent's side shows it."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        for frame in agent.page.frames:
            try:
                if text in await frame.evaluate("document.body?.innerText ?? ''"):
                    return
            except PlaywrightError:
                continue  # it has gone meanwhile
        await asyncio.sleep(0.05)
    raise AssertionError(f"the agent never saw {text}")


@pytest.mark.parametrize("policy", ["", "script-src 'nonce-{nonce}'; connect-src {base} {socket}"])
async def test_agent_sees_what_is_in_the_frame(
    framed: Site, visitor: Visitor, agent: Watcher, desk: Desk, policy: str
) -> None:
    await desk.within(allow, desk.tenant.pk, ["http://localhost:*", "http://*.localhost:*"])
    await visitor.page.reload()  # the page learns with its welcome what is allowed
    await visitor.captured()
    socket = framed.base_url.replace("http", "ws")
    framed.policy = policy.format(nonce=NONCE, base=framed.base_url, socket=socket)
    await visitor.page.evaluate(ADD % host("shop", framed))
    await until_seen(agent, "Inside the shop")
    frame = await frame_of(visitor.page)
    await frame.evaluate("document.querySelector('p').append(', still')")
    await until_seen(agent, "Inside the shop, still")
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")
    await frame.wait_for_function(f"!({IS_CAPTURED})", polling=50)


async def test_frame_of_a_stranger_is_left_alone(framed: Site, visitor: Visitor, agent: Watcher) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda request: "links/frame" in request.url and asked.append(request.url))
    await visitor.page.evaluate(ADD % host("stranger", framed))
    frame = await frame_of(visitor.page)
    await frame.wait_for_load_state("load")
    await visitor.page.evaluate("document.querySelector('h1').append(', later')")
    await until_seen(agent, ", later")
    assert asked == []
    assert not await frame.evaluate(IS_CAPTURED)


async def test_page_of_a_stranger_learns_nothing_of_a_frame(framed: Site, visitor: Visitor, agent: Watcher) -> None:
    """It has a ticket of a session, and asks the tenant's page in its frame as the capture code does."""
    stranger = await visitor.page.context.new_page()
    await stranger.goto(f"{host('stranger', framed)}/two")
    await stranger.evaluate(ADD % framed.origin)
    frame = await frame_of(stranger)
    await frame.wait_for_load_state("load")
    async with stranger.expect_response("**/assist/links/frame/") as answer:
        await stranger.evaluate(ASK)
    assert (await answer.value).status == 403
    assert not await frame.evaluate(IS_CAPTURED)


async def test_page_around_says_nothing_of_what_is_masked(
    framed: Site, visitor: Visitor, agent: Watcher, desk: Desk
) -> None:
    await desk.within(allow, desk.tenant.pk, ["http://localhost:*", "http://*.localhost:*"])
    await visitor.page.add_init_script(UNMASK)
    await visitor.page.reload()
    await visitor.captured()
    await visitor.page.evaluate(ADD % host("shop", framed))
    await until_seen(agent, "Inside the shop")
    frame = await frame_of(visitor.page)
    await frame.evaluate("document.querySelector('p').append(', typed')")
    await frame.fill("#typed", "canary")
    await until_seen(agent, "Inside the shop, typed")
    deadline = time.monotonic() + WAIT_SECONDS
    while "••••••" not in (told := [await value(each) for each in agent.page.frames]):
        assert "canary" not in told
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def value(frame: Frame) -> str:
    try:
        return str(await frame.evaluate("document.querySelector('#typed')?.value ?? ''"))
    except PlaywrightError:
        return ""
