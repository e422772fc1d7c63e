"""From one site of the tenant to another, which shares no storage with it."""

import json
from urllib.parse import urlsplit

import pytest

from assist.channel.protocol import FrameKind
from tests.continuity.people import Watcher, in_tab
from tests.faults.wire import Wire
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site

LINK = "document.body.append(Object.assign(document.createElement('a'), {{ id: 'shop', textContent: 'Shop', {} }}))"


@pytest.fixture
async def shop(site: Site, desk: Desk) -> str:
    """The origin of the tenant's other site, which it allows."""
    await desk.within(allow, desk.tenant.pk, ["http://localhost:*", "http://*.localhost:*"])
    return f"http://shop.localhost:{urlsplit(site.origin).port}"


def allow(tenant_id: object, patterns: list[str]) -> None:
    from helpdesk.tenants.models import Tenant

    Tenant.objects.filter(pk=tenant_id).update(allowed_origins=patterns)


async def test_link_to_another_site_takes_the_session_along(
    shop: str, visitor: Visitor, agent: Watcher, desk: Desk
) -> None:
    wire = Wire(visitor)
    await visitor.page.evaluate(LINK.format(f"href: '{shop}/two#part'"))
    await visitor.page.click("#shop")
    await visitor.page.wait_for_url(f"{shop}/two#part")
    await visitor.reach("live")
    await visitor.captured()
    await agent.follows(visitor)
    await agent.reads(state="live")
    assert "alongside-session" not in b"".join(wire.sent.values()).decode("latin-1")
    await visitor.page.go_back()
    await visitor.page.wait_for_url("**/one")
    await visitor.captured()
    await agent.follows(visitor)
    session = await desk.session()
    assert (session.state, session.tab_count) == ("live", 2)
    entered = [data for data in wire.sent.values() if data[0] in (FrameKind.PAGE_ENTER, FrameKind.HISTORY)]
    urls = [json.loads(data[20:])["url"] for data in entered]
    assert not any("alongside" in url for url in urls)


async def test_link_that_opens_another_site_in_a_new_tab(shop: str, visitor: Visitor, agent: Watcher) -> None:
    await visitor.page.evaluate(LINK.format(f"href: '{shop}/two', target: '_blank'"))
    async with visitor.page.context.expect_page() as opened:
        await visitor.page.click("#shop")
    other = in_tab(visitor, await opened.value)
    await other.captured()
    await agent.follows(other)
    assert await visitor.page.get_attribute("#shop", "href") == f"{shop}/two"
    await other.part("indicator").click()
    await other.part("end").click()
    await visitor.reach("ended")
    await agent.reads(state="ended")


async def test_ticket_is_good_for_once(shop: str, visitor: Visitor, agent: Watcher, desk: Desk) -> None:
    asked: list[str] = []
    visitor.page.context.on("request", lambda request: "links/join" in request.url and asked.append(request.post_data))
    await visitor.page.evaluate(LINK.format(f"href: '{shop}/two'"))
    await visitor.page.click("#shop")
    await visitor.captured()
    answer = await visitor.page.request.post(
        f"{visitor.site.base_url}/assist/links/join/", data=asked[0], headers={"Origin": shop}
    )
    assert (answer.status, (await answer.json())["code"]) == (410, "expired")


async def test_link_to_a_site_that_is_not_allowed_is_left_alone(visitor: Visitor, agent: Watcher, site: Site) -> None:
    stranger = f"http://stranger.localhost:{urlsplit(site.origin).port}"
    await visitor.page.evaluate(LINK.format(f"href: '{stranger}/two'"))
    await visitor.page.click("#shop")
    await visitor.page.wait_for_url(f"{stranger}/two")
    await visitor.reach("off")
    await agent.reads(state="reconnecting")
    await visitor.page.go_back()
    await visitor.captured()
    await agent.follows(visitor)
