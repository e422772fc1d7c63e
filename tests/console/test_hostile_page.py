"""A visitor who sends a hostile page: in the agent's browser it runs nothing and asks nobody but the stage."""

import asyncio
import itertools
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from playwright.async_api import Browser, Error, Frame, Page, Route, expect

from assist.channel.actions import open_session
from assist.channel.protocol import FrameFlag, FrameKind
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.channel.peers import VIEWPORT, VisitorPeer
from tests.stack import LiveStack

pytestmark = pytest.mark.django_db(transaction=True)
Holding = Callable[[Route], Awaitable[None]]
RAN = "window.top.postMessage('ran', '*'); document.title = 'ran'; window.__ran = 1"


class Canary:
    """A server that nobody may ask."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append("connection")
        writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    made = Canary()
    async with await asyncio.start_server(made.hear, "127.0.0.1", 0) as server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield made


def tree(canary: str) -> list[Any]:
    """Nodes are numbered in pre-order, as the capture code numbers them."""
    number = itertools.count(1)

    def text(value: str) -> list[Any]:
        return [3, next(number), value]

    def node(tag: str, attributes: dict[str, str] | None = None, *children: Any, svg: bool = False) -> list[Any]:
        own = next(number)
        built = [child() for child in children]
        return [1, own, tag, attributes or {}, built, *([{"ns": "svg"}] if svg else [])]

    def later(*arguments: Any, **options: Any) -> Any:
        return lambda: node(*arguments, **options)

    css = f"@import url({canary}/import.css); @font-face {{ font-family: f; src: url({canary}/f.woff2) }}"
    css += (
        f" body {{ font-family: f; background: url({canary}/css.png) }} #p[data-x^='s'] {{ cursor: url({canary}/x) }}"
    )
    head = later(
        "head",
        {},
        later("base", {"href": canary}),
        later("meta", {"http-equiv": "refresh", "content": f"0;url={canary}/refresh"}),
        later("meta", {"http-equiv": "Content-Security-Policy", "content": "default-src *"}),
        later("link", {"rel": "stylesheet", "href": f"{canary}/sheet.css"}),
        later("link", {"rel": "preconnect", "href": canary}),
        later("link", {"rel": "prefetch", "href": f"{canary}/prefetch"}),
        later("style", {}, lambda: text(css)),
        later("script", {}, lambda: text(RAN)),
        later("script", {"src": f"{canary}/s.js"}),
    )
    body = later(
        "body",
        {"onload": RAN, "background": f"{canary}/bg.png"},
        later(
            "p", {"id": "p", "data-x": "secret", "style": f"background:url({canary}/style.png)"}, lambda: text("Here")
        ),
        later("img", {"src": f"{canary}/i.png", "srcset": f"{canary}/i2.png 1x", "onerror": RAN, "onload": RAN}),
        later(
            "picture", {}, later("source", {"srcset": f"{canary}/pic.png"}), later("img", {"src": "x", "onerror": RAN})
        ),
        later("a", {"href": f"javascript:{RAN}", "ping": f"{canary}/ping", "autofocus": "", "onfocus": RAN}),
        later("form", {"action": f"{canary}/form"}, later("input", {"autofocus": "", "onfocus": RAN, "type": "image"})),
        later("iframe", {"src": f"{canary}/frame"}),
        later("iframe", {"src": f"javascript:{RAN}"}),
        later("iframe", {"srcdoc": f"<script>{RAN}</script><img src={canary}/srcdoc.png>"}),
        later("object", {"data": f"{canary}/object"}),
        later("embed", {"src": f"{canary}/embed"}),
        later("video", {"src": f"{canary}/v.mp4", "poster": f"{canary}/poster.png", "autoplay": ""}),
        later("audio", {"src": f"{canary}/a.mp3", "autoplay": ""}),
        later(
            "svg",
            {"onload": RAN},
            later("script", {}, lambda: text(RAN), svg=True),
            later("image", {"href": f"{canary}/svg.png"}, svg=True),
            later("use", {"href": f"{canary}/use.svg#x"}, svg=True),
            later("animate", {"onbegin": RAN, "attributeName": "x", "dur": "1s"}, svg=True),
            svg=True,
        ),
        later("details", {"open": "", "ontoggle": RAN}),
    )
    document = next(number)
    return [9, document, [node("html", {}, head, body)]]


class HostileVisitor(VisitorPeer):
    async def show(self, nodes: list[Any]) -> None:
        self.deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        line = json.dumps(["snapshot", 0, nodes, {}, VIEWPORT])
        await self.send(FrameKind.SNAPSHOT, self._deflate(line), flags=FrameFlag.STREAM_START)


def hostile_session() -> tuple[Any, str, str]:
    """The session, its channel token and the agent's cookie."""
    tenant = factories.tenant()
    with tenant_scope(tenant.id):
        agent = factories.member(name="Agent")
        session = factories.assist_session(agent=agent)
        return session, open_session(session.id), factories.session_cookie(agent)


async def console_of(
    browser: Browser, stack: LiveStack, session: Any, cookie: str, *, script: str = "", held: Holding | None = None
) -> tuple[Page, list[str]]:
    """The console, and which URLs it asks for; the script runs first in each of its documents, `held` has its own."""
    context = await browser.new_context()
    await context.add_init_script(script)
    if held:
        await context.route("**/console.js", held)
    await context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": stack.base_url}])
    page, asked = await context.new_page(), []
    context.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{stack.base_url}/desk/assist/{session.id}/")
    return page, asked


def stage_of(page: Page) -> Frame:
    return next(frame for frame in page.frames if urlsplit(frame.url).path.startswith("/stage/"))


async def test_hostile_page_runs_nothing_and_asks_nobody(
    live_stack: LiveStack, browser: Browser, canary: Canary
) -> None:
    session, token, cookie = await sync_to_async(hostile_session)()
    url = f"ws://localhost:{live_stack.port}/ws/assist/visitor/{session.id}/"
    async with HostileVisitor(url) as visitor:
        await visitor.hello(token=token)
        page, asked = await console_of(browser, live_stack, session, cookie)
        await visitor.enter()
        await visitor.show(tree(canary.url))
        rebuilt = page.frame_locator("[data-stage-box] iframe").frame_locator("[data-testid=assist-page]")
        await expect(rebuilt.locator("#p")).to_have_text("Here")
        await page.wait_for_load_state("networkidle")
        ran = [await frame.evaluate("Boolean(window.__ran)") for frame in [page.main_frame, stage_of(page)]]
        inner = await stage_of(page).evaluate(
            "[...document.querySelectorAll('iframe')].map((f) => Boolean(f.contentWindow.__ran))"
        )
    origins = {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in asked if url.startswith("http")}
    assert origins == {live_stack.base_url, live_stack.stage_origin}
    assert canary.asked == []
    assert not any([*ran, *inner])
    with pytest.raises(Error):  # the canary hears a browser that does ask
        await page.goto(canary.url)
    assert canary.asked
