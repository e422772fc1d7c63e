"""What is masked never leaves the visitor's browser: planted secrets are looked for wherever a session leaves bytes."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from assist.channel.heads import Heads
from tests.e2e import places
from tests.e2e.canaries import BODY, IN_URL, RULES, SECRETS, SEEN, SEEN_PICTURE, TYPED, found
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site
from tests.stack import LiveStack

WAIT_SECONDS = 120


async def until(condition: Callable[[], Any], what: str) -> Any:
    """What it gives as soon as it holds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (given := await asyncio.to_thread(condition)):
        assert time.monotonic() < deadline, f"did not come to hold: {what}"
        await asyncio.sleep(0.05)
    return given


def listen(page: Any) -> list[bytes]:
    """All that the page sends on its sockets from now on."""
    sent: list[bytes] = []

    def watch(socket: Any) -> None:
        heads = Heads() if "/ws/assist/visitor/" in socket.url else None
        socket.on("framesent", lambda data: keep(data, heads))

    def keep(data: str | bytes, heads: Heads | None) -> None:
        if isinstance(data, str):
            sent.append(data.encode())
        else:
            sent.append(heads.whole(data) if heads else data)

    page.on("websocket", watch)
    return sent


async def act(visitor: Visitor, site: Site) -> None:
    await visitor.page.goto(f"{site.origin}/two?{urlencode(IN_URL)}#seen={SEEN}")
    await visitor.captured()
    for selector, text in TYPED.items():
        await visitor.page.fill(selector, text)
    await visitor.page.evaluate("toggled.type = 'text'; document.title = `Of ${named.value}`")
    await visitor.page.fill("#free", SEEN)
    await visitor.page.evaluate(f"document.title += ' {SEEN}'")
    await visitor.page.evaluate("history.pushState(null, '', `/three${location.search}&filter=${named.value}`)")


def rendered(desk: Desk) -> Any:
    from helpdesk.tenants.context import tenant_scope
    from recordings.video.models import Recording

    with tenant_scope(desk.tenant.pk):
        recording = Recording.objects.first()
    assert recording is None or recording.state != "failed", recording.failure
    return recording and recording.state == "ready"


@pytest.fixture
async def visitor_of_secrets(visitor: Visitor, desk: Desk, site: Site) -> Visitor:
    from assist.channel.valkey import sync_client
    from helpdesk.tenants.models import Tenant

    # All of Valkey is read as page streams: what other tests have left there is none.
    await asyncio.to_thread(sync_client().flushdb)
    await desk.within(Tenant.objects.filter(id=desk.tenant.id).update, masking=RULES)
    site.body = BODY
    return visitor


async def test_planted_secrets_are_nowhere(
    visitor_of_secrets: Visitor, desk: Desk, site: Site, live_stack: LiveStack
) -> None:
    visitor = visitor_of_secrets
    sent = listen(visitor.page)
    await visitor.go_live()
    await act(visitor, site)
    await until(lambda: found([SEEN], places.in_valkey()), "the queue has what may be seen")
    live = list(places.in_valkey())
    await visitor.page.evaluate("Alongside.end()")
    await until(lambda: rendered(desk), "the video is rendered")
    everywhere = {
        "socket": list(places.opened("socket", sent)),
        "valkey": live,
        "valkey after": list(places.in_valkey()),
        "store": list(places.in_store()),
        "database": list(places.in_database()),
        "logs": list(places.in_logs(live_stack.folder)),
        "metrics": list(places.in_metrics(live_stack.base_url)),
    }
    assert [hit for left in everywhere.values() for hit in found(SECRETS, left)] == []
    # The same search finds what may be seen, where it belongs and nowhere else.
    assert [name for name, left in everywhere.items() if found([SEEN], left)] == [
        "socket",
        "valkey",
        "store",
        "database",
    ]
    assert found([SEEN_PICTURE[80:120]], everywhere["store"])
    assert b".mp4" in everywhere["store"][0][1]
    assert all(everywhere[name] for name in ("logs", "metrics"))
