"""A visitor's page has the server read an asset of a site that the tenant names, and learns its digest only."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from assist.channel import limits
from assist.channel.protocol import CLOSE_CODES, ErrorCode
from assist.pages import fetches
from assist.pages.fetches import Fetched, fetch_asset
from assist.pages.queries import asset_for
from assist.requests.limits import Rate
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from tests import factories
from tests.channel.scene import Scene, make_scene
from tests.channel.test_quality import metric
from tests.pages.other_site import PNG, OtherSite, answer
from tests.pages.test_assets import digest
from tests.pages.test_uploads import refers_to

SHEET = b"@import 'more.css'; p { color: red; background: url(back.png) } /* secret */ input:invalid { top: 0 }"


@pytest.fixture
def site() -> Iterator[OtherSite]:
    site = OtherSite()
    site.answers |= {"/a.png": answer(), "/a.css": answer(SHEET, kind="text/css"), "/no": answer(b"<p>secret")}
    yield site
    site.stop()


@pytest.fixture
def allowed(channel: Scene, site: OtherSite) -> Scene:
    """A session of a tenant whose setting names the site."""
    name_site(channel, site)
    return channel


def name_site(scene: Scene, *sites: OtherSite) -> None:
    with tenant_scope(scene.tenant.id):
        Tenant.objects.filter(id=scene.tenant.id).update(asset_hosts=[f"localhost:{site.port}" for site in sites])


def another_session(scene: Scene) -> Scene:
    """Of the same tenant."""
    from assist.channel.actions import open_session

    with tenant_scope(scene.tenant.id):
        session = factories.assist_session(agent=scene.agent)
        token = open_session(session.id)
    return Scene(scene.web, scene.tenant, session.id, token, scene.agent, scene.cookie)


async def fetched(scene: Scene, url: str) -> dict[str, Any]:
    async with scene.uploads() as socket:
        await socket.hello(token=scene.token)
        found = await socket.fetch(url)
        assert socket.binaries == 0
    return {name: found[name] for name in ("sha256", "code", "style")}


def kept(data: bytes = PNG, style: str = "") -> dict[str, str]:
    return {"sha256": digest(data), "code": "", "style": style}


def refused(code: str) -> dict[str, str]:
    return {"sha256": "", "code": code, "style": ""}


async def test_asset_is_kept_and_only_its_digest_told(allowed: Scene, site: OtherSite) -> None:
    async with allowed.uploads() as socket:
        await socket.hello(token=allowed.token)
        await socket.fetch(site.url("/a.png#part"))
        said = json.dumps(socket.messages)
    assert digest(PNG) in said
    assert "of another site" not in said
    assert store.get(f"tenants/{allowed.tenant.id}/assets/{digest(PNG)}") == PNG
    assert await sync_to_async(refers_to)(allowed, digest(PNG))
    assert await sync_to_async(metric)(allowed, "assist_asset_fetches_total", outcome="kept") == 1


async def test_style_sheet_tells_what_it_leads_to(allowed: Scene, site: OtherSite) -> None:
    style = "@import 'more.css';url(back.png);:invalid"
    assert await fetched(allowed, site.url("/a.css")) == kept(SHEET, style)
    assert await fetched(allowed, site.url("/a.css")) == kept(SHEET, style)


async def test_same_address_is_read_once_for_all_sessions(allowed: Scene, site: OtherSite) -> None:
    """Whether the first one is still under way or long done."""
    other, goes_on = await sync_to_async(another_session)(allowed), threading.Event()

    def slowly(line: Any) -> None:
        goes_on.wait()
        line.sendall(answer())

    site.answers["/slow.png"] = slowly
    async with allowed.uploads() as first, other.uploads() as second:
        for scene, socket in ((allowed, first), (other, second)):
            await socket.hello(token=scene.token)
            await socket.heard("ready")
            await socket.say("fetch", id=1, url=site.url("/slow.png"))
        goes_on.set()
        for socket in (first, second):
            assert (await socket.heard("fetched"))["sha256"] == digest(PNG)
    assert await fetched(other, site.url("/slow.png")) == kept()
    assert site.paths() == ["/slow.png"]
    assert await sync_to_async(refers_to)(other, digest(PNG))


async def test_address_is_read_once_though_who_asked_first_has_given_up(
    allowed: Scene, site: OtherSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, boards, flight_of = threading.Event(), asyncio.Semaphore(0), fetches._flight

    def slowly(line: Any) -> None:
        goes_on.wait()
        line.sendall(answer())

    def boarded(*asked: Any) -> Any:
        boards.release()
        return flight_of(*asked)

    def fetch() -> asyncio.Task[Fetched]:
        return asyncio.create_task(fetch_asset(allowed.tenant.id, allowed.session_id, site.url("/slow.png")))

    monkeypatch.setattr(fetches, "_flight", boarded)
    site.answers["/slow.png"] = slowly
    first = fetch()
    await boards.acquire()
    first.cancel()
    await asyncio.wait([first])
    second = fetch()
    await boards.acquire()
    goes_on.set()
    assert (await second).sha256 == digest(PNG)
    assert site.paths() == ["/slow.png"]


async def test_failure_is_remembered_too(allowed: Scene, site: OtherSite) -> None:
    for _twice in range(2):
        assert await fetched(allowed, site.url("/no")) == refused("bad_type")
        assert await fetched(allowed, site.url("/missing")) == refused("status_404")
    assert site.paths() == ["/no", "/missing"]
    assert await sync_to_async(metric)(allowed, "assist_asset_fetches_total", outcome="status") == 1


async def test_nothing_is_read_unless_the_tenant_names_the_site(channel: Scene, site: OtherSite) -> None:
    assert await fetched(channel, site.url("/a.png")) == refused("not_allowed")
    assert not site.asked


async def test_setting_of_another_tenant_does_not_count(allowed: Scene, site: OtherSite) -> None:
    assert await fetched(allowed, site.url("/a.png")) == kept()
    stranger = await sync_to_async(make_scene)(allowed.web)
    assert await fetched(stranger, site.url("/a.png")) == refused("not_allowed")
    await sync_to_async(name_site)(stranger, site)
    assert await fetched(stranger, site.url("/a.png")) == kept()
    assert site.paths() == ["/a.png", "/a.png"]


async def test_site_that_is_named_no_more_is_refused_at_once(allowed: Scene, site: OtherSite) -> None:
    assert await fetched(allowed, site.url("/a.png")) == kept()
    await sync_to_async(name_site)(allowed)
    assert await fetched(allowed, site.url("/a.png")) == refused("not_allowed")


async def test_private_address_is_refused_through_the_channel(allowed: Scene) -> None:
    inner = OtherSite("127.0.0.2")
    inner.answers["/a.png"] = answer()
    hosts = [f"127.0.0.2:{inner.port}", f"127.2:{inner.port}"]
    await sync_to_async(set_hosts)(allowed, hosts)
    for host in hosts:
        assert await fetched(allowed, f"http://{host}/a.png") == refused("not_reachable")
    inner.stop()
    assert not inner.asked


def set_hosts(scene: Scene, hosts: list[str]) -> None:
    with tenant_scope(scene.tenant.id):
        Tenant.objects.filter(id=scene.tenant.id).update(asset_hosts=hosts)


async def test_session_without_room_has_nothing_read(allowed: Scene, site: OtherSite) -> None:
    def fill() -> None:
        with tenant_scope(allowed.tenant.id):
            session = allowed.row()
            asset = factories.asset(size_bytes=limits.SESSION_ASSET_BYTES)
            factories.session_asset(session=session, asset=asset)

    await sync_to_async(fill)()
    assert await fetched(allowed, site.url("/a.png")) == refused("too_many_assets")
    assert not site.asked


@pytest.mark.parametrize(("of_session", "of_tenant"), [(1, 9), (9, 1)])
async def test_rate_of_a_session_and_of_a_tenant(
    allowed: Scene, site: OtherSite, monkeypatch: pytest.MonkeyPatch, of_session: int, of_tenant: int
) -> None:
    monkeypatch.setattr(fetches, "RATE", Rate("fetch", per_address=of_session, per_tenant=of_tenant))
    codes = {
        (await fetch_asset(allowed.tenant.id, allowed.session_id, site.url(f"/{number}"))).code for number in range(9)
    }
    assert codes == {"status_404", "rate_exceeded"}
    # What is known already costs nothing.
    known = await fetch_asset(allowed.tenant.id, allowed.session_id, site.url("/0"))
    assert known == Fetched(code="status_404")


async def test_far_too_much_at_once_closes(allowed: Scene, site: OtherSite) -> None:
    ends = threading.Event()
    async with allowed.uploads() as socket:
        await socket.hello(token=allowed.token)
        for number in range(limits.CONNECTION_FETCHES + 1):
            site.answers[f"/{number}"] = lambda _line: ends.wait() and None
            await socket.say("fetch", id=number, url=site.url(f"/{number}"))
        assert await socket.closed() == CLOSE_CODES[ErrorCode.RATE_EXCEEDED]
    ends.set()


async def test_uploads_go_on_beside_a_slow_site(allowed: Scene, site: OtherSite) -> None:
    ends = threading.Event()
    site.answers["/slow"] = lambda _line: ends.wait() and None
    async with allowed.uploads() as socket:
        await socket.hello(token=allowed.token)
        await socket.say("fetch", id=7, url=site.url("/slow"))
        assert await socket.put(PNG, sha256=digest(PNG)) == ""
        assert not [message for message in socket.messages if message["type"] == "fetched"]
        ends.set()
        assert (await socket.heard("fetched"))["code"] == "not_reachable"


async def test_session_that_ends_meanwhile_keeps_nothing(allowed: Scene, site: OtherSite) -> None:
    goes_on = threading.Event()

    def slowly(line: Any) -> None:
        goes_on.wait()
        line.sendall(answer())

    site.answers["/slow.png"] = slowly
    async with allowed.uploads() as socket:
        await socket.hello(token=allowed.token)
        await socket.say("fetch", id=1, url=site.url("/slow.png"))
        await sync_to_async(allowed.end)()
        assert await socket.closed() == CLOSE_CODES[ErrorCode.SESSION_ENDED]
        goes_on.set()

    def referred() -> object:
        with tenant_scope(allowed.tenant.id):
            return asset_for(allowed.session_id, digest(PNG))

    assert await sync_to_async(referred)() is None
