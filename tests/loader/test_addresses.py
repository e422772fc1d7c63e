"""What people type is in the page's address, and in nothing that leaves for the server: the whole wire is searched."""

import asyncio
import json
import time
from typing import Any
from urllib.parse import quote

from assist.channel.heads import Heads
from assist.channel.protocol import FrameFlag, FrameKind, decode_frame
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site
from tests.page_streams import Said

CARD = "4111111111111111"
TELLING = "<meta name=referrer content=unsafe-url>"
FORM = """<form action="/two"><input name=q><input name=x1 type=password><input name=field9>
<button id=send>Send</button>
</form>
<script>document.title = `${new URLSearchParams(location.search).get("q")}: found`;</script>"""
APPLICATION = """() => {
  const field = document.querySelector("[name=q]");
  field.value = "canary-app";
  next.href = `/x?y=${field.value}`;
  document.title = `${field.value} - Shop`;
  history.replaceState({}, "", `?text=${field.value}`);
  history.pushState({}, "", `/part/${field.value}?text=${field.value}#/s?text=${field.value}`);
}"""


class Everything:
    """All that a page sends: bodies and addresses of requests to the desk, text messages, frames inflated."""

    def __init__(self, visitor: Visitor) -> None:
        self.said: list[str] = []
        self.requests: list[Any] = []
        self.frames: dict[tuple[int, int], bytes] = {}
        self.base_url = visitor.site.base_url
        visitor.page.on("websocket", self._watch)
        visitor.page.on("request", self._asked)

    def _watch(self, socket: Any) -> None:
        heads = Heads() if "/ws/assist/visitor/" in socket.url else None
        socket.on("framesent", lambda data: self._sent(data, heads))

    def _sent(self, data: str | bytes, heads: Heads | None) -> None:
        if isinstance(data, str):
            self.said.append(data)
        elif heads is None:
            self.said.append(data.decode("latin-1"))
        else:
            whole = heads.whole(data)
            frame = decode_frame(whole)
            self.frames[frame.tab, frame.seq] = whole

    def _asked(self, request: Any) -> None:
        # The site's own script tag tells whatever the site's referrer policy lets it tell.
        if request.url.startswith(self.base_url) and not request.url.endswith("/loader.js"):
            self.requests.append(request)
            self.said.append((request.post_data_buffer or b"").decode("latin-1"))

    async def text(self) -> str:
        said: dict[int, Said] = {}
        asked = [f"{request.url} {(await request.all_headers()).get('referer')}" for request in self.requests]
        found = [*self.said, *asked]
        for _at, data in sorted(self.frames.items()):
            frame = decode_frame(data)
            if frame.kind not in (FrameKind.SNAPSHOT, FrameKind.OPERATIONS):
                found.append(frame.payload.decode())
                continue
            if frame.flags & FrameFlag.STREAM_START:
                said[frame.page] = Said()
            found.append(said[frame.page].text(frame))
        return "\n".join(found)


async def test_typed_text_is_nowhere_on_the_wire_and_nowhere_stored(visitor: Visitor, desk: Desk, site: Site) -> None:
    everything = Everything(visitor)
    site.body = FORM
    await visitor.go_live()
    await visitor.until("!!document.querySelector('alongside-assist')")
    for name, text in {"q": "canary one", "x1": "canary2", "field9": CARD}.items():
        await visitor.page.fill(f"[name={name}]", text)
    await visitor.page.click("#send")
    await visitor.page.wait_for_url("**/two?*")
    await visitor.captured()
    await visitor.page.evaluate(APPLICATION)
    await visitor.until("location.pathname.startsWith('/part/')")
    pages = await entered(desk, least=3)
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")
    await desk.session_is("ended")
    assert [url.removeprefix(site.origin) for url in pages] == [
        "/one",
        "/two?q=••••••••••&x1=•••••••&field9=••••••••••••••••",
        "/part/••••••••••?text=••••••••••#/s?text=••••••••••",
    ]
    everywhere = await everything.text() + await exported(desk)
    assert '"snapshot"' in everywhere
    assert "••••" in everywhere
    leaked = [line[:300] for line in everywhere.splitlines() if "canary" in line or CARD[:8] in line]
    assert leaked == []


async def test_request_names_its_page_without_secrets_and_its_link_works(
    visitor: Visitor, desk: Desk, site: Site
) -> None:
    everything = Everything(visitor)
    site.body = TELLING
    address = f"/one?page=2&reset_token=canary1&n={CARD}&next={quote('/x?pwd=canary2')}"
    await visitor.page.goto(site.origin + address)
    accepted = await desk.accept(await visitor.ask())
    asked = next(json.loads(body) for body in everything.said if '"page_url"' in body)
    assert asked["page_url"] == f"{site.origin}/one?page=2&reset_token=&n=&next="
    assert accepted.url.startswith(f"{asked['page_url']}#alongside=")
    await visitor.page.evaluate("window.isSameDocument = true")
    await visitor.part("link").click()
    await visitor.part("consent").click()
    await visitor.captured()
    assert await visitor.page.evaluate("window.isSameDocument && location.search.includes('canary1')")
    assert "canary" not in await everything.text()


async def entered(desk: Desk, *, least: int) -> list[str]:
    """Addresses of the pages, as REST says them, once there are so many."""
    deadline = time.monotonic() + 15
    while len(pages := await desk.within(pages_by_rest)) < least:
        assert time.monotonic() < deadline, pages
        await asyncio.sleep(0.05)
    return pages


def pages_by_rest() -> list[str]:
    from assist.channel.models import AssistSession
    from assist.pages.api import SessionSerializer

    said = SessionSerializer(AssistSession.objects.get()).data
    return [page["url"] for page in said["pages"]]


async def exported(desk: Desk) -> str:
    return await desk.within(lambda: "\n".join(json.dumps(event, ensure_ascii=False) for event in all_events()))


def all_events() -> list[Any]:
    from assist.channel.models import AssistSession
    from recordings.archive.events import events

    return list(events(AssistSession.objects.get()))


async def test_form_that_opens_its_answer_in_another_tab(visitor: Visitor, desk: Desk, site: Site) -> None:
    site.body = FORM.replace("<form ", "<form target=_blank ")
    await visitor.go_live()
    await visitor.page.fill("[name=q]", "canary one")
    site.body = ""
    async with visitor.page.context.expect_page() as opened:
        await visitor.page.click("#send")
    await (await opened.value).wait_for_function("typeof window.__alongsideCapture === 'function'")
    pages = await entered(desk, least=2)
    assert pages[-1].removeprefix(site.origin) == "/two?q=••••••••••&x1=&field9="
