"""Over the real channel: what two visitors of a tenant had in common a third one does not send."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.e2e import places
from tests.e2e.test_canaries import listen
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site

CHAPTERS = "".join(f"<li><a href='/page{n}' class='link l{n}'>Chapter {n} of the book</a></li>" for n in range(60))
WAIT_SECONDS = 30


async def comes_true(look: Callable[[], Awaitable[Any]]) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := await look()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return found


@asynccontextmanager
async def assisted(browser: Any, site: Site, desk: Desk) -> AsyncIterator[tuple[Visitor, list[bytes]]]:
    """A further visitor, whose page is at the server, and what it has sent until the end."""
    context = await browser.new_context(locale="en-GB")
    visitor = Visitor(await context.new_page(), site, desk)
    sent = listen(visitor.page)
    await visitor.go_live()
    await comes_true(lambda: has_shelf(sent))
    yield visitor, sent
    await visitor.page.evaluate("Alongside.end()")
    await visitor.reach("ended")
    await context.close()


async def has_shelf(sent: list[bytes]) -> bool:
    return b'["snapshot"' in said(sent)


def said(sent: list[bytes]) -> bytes:
    return b"".join(data for _where, data in places.opened("socket", sent))


async def subtrees(desk: Desk) -> list[str]:
    from assist.pages.models import Asset

    return await desk.within(lambda: [asset.sha256 for asset in Asset.objects.exclude(subtree="")])


async def test_third_visitor_names_what_two_had_in_common(browser: Any, site: Site, desk: Desk) -> None:
    from assist.pages.queries import asset_for

    site.body = f"<nav><ul>{CHAPTERS}</ul></nav>"
    async with assisted(browser, site, desk) as (_first, sent):
        assert b"Chapter 7" in said(sent)
    assert not await subtrees(desk)
    async with assisted(browser, site, desk) as (_second, sent):
        kept = await comes_true(lambda: subtrees(desk))
    async with assisted(browser, site, desk) as (third, sent):
        text = said(sent)
        assert b"Chapter 7" not in text
        named = [sha256 for sha256 in kept if sha256.encode() in text]
        assert named
        assert await desk.within(asset_for, third.session_id, named[0])
