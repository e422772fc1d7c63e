"""`/ws/desk/` and what it does to an open page."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from playwright.async_api import Browser, BrowserContext, Route, WebSocket, expect

from helpdesk.accounts.models import Membership
from helpdesk.asgi import application
from helpdesk.desk import consumers
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.events import publish
from helpdesk.tenants.models import Tenant
from tests import factories
from tests.stack import LiveStack

in_thread = sync_to_async(lambda fn: fn(), thread_sensitive=False)


def socket_of(browser: Client | None, *, origin: str | None = None) -> WebsocketCommunicator:
    headers = [(b"origin", (settings.PUBLIC_URL if origin is None else origin).encode())]
    if browser:
        headers.append((b"cookie", f"sessionid={browser.cookies['sessionid'].value}".encode()))
    return WebsocketCommunicator(application, "/ws/desk/", headers=headers)


def announce(tenant: Tenant, **request_values: Any) -> Any:
    """A waiting request, and its event, as a visitor's request makes them."""
    with tenant_scope(tenant.id):
        request = factories.assist_request(**request_values)
        publish(tenant.id, "desk", kind="request.created", payload={"id": str(request.pk), "state": request.state})
    return request


async def open_socket(browser: Client) -> WebsocketCommunicator:
    socket = socket_of(browser)
    assert (await socket.connect())[0]
    assert await socket.receive_json_from() == {"type": "hello"}
    return socket


async def test_desk_socket_tells_its_own_tenant_only(agent: Client, tenant: Tenant) -> None:
    socket = await open_socket(agent)
    other = await in_thread(factories.tenant)
    await in_thread(lambda: announce(other))
    request = await in_thread(lambda: announce(tenant))
    assert await socket.receive_json_from() == {
        "type": "event",
        "kind": "request.created",
        "payload": {"id": str(request.pk), "state": "pending"},
    }
    assert await socket.receive_nothing()
    await socket.disconnect()


@pytest.mark.parametrize("origin", ["https://evil.example", "", "null"])
async def test_desk_socket_refuses_other_origins(agent: Client, origin: str) -> None:
    socket = socket_of(agent, origin=origin)
    assert (await socket.connect())[0]
    assert await socket.receive_output() == {"type": "websocket.close", "code": 4401}


async def test_desk_socket_refuses_who_is_not_signed_in(tenant: Tenant) -> None:
    socket = socket_of(None)
    assert (await socket.connect())[0]
    assert await socket.receive_output() == {"type": "websocket.close", "code": 4401}


async def is_closed_without_membership(agent: Client, tenant: Tenant) -> None:
    socket = await open_socket(agent)

    def take_away() -> None:
        with tenant_scope(tenant.id):
            Membership.objects.all().delete()

    await in_thread(take_away)
    assert await socket.receive_output(timeout=5) == {"type": "websocket.close", "code": 4403}


async def test_desk_socket_ends_with_the_membership(
    agent: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MEMBERSHIP_CHECKED_EVERY_SECONDS", 0.05)
    await is_closed_without_membership(agent, tenant)


async def test_desk_socket_ends_with_the_membership_though_the_database_was_away_before(
    agent: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, asked = 0, consumers.is_still_member

    async def away_once(scope: dict[str, Any]) -> bool:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OperationalError
        return await asked(scope)

    monkeypatch.setattr(consumers, "is_still_member", away_once)
    monkeypatch.setattr(consumers, "MEMBERSHIP_CHECKED_EVERY_SECONDS", 0.05)
    await is_closed_without_membership(agent, tenant)
    assert tries > 1


async def test_desk_socket_ignores_what_pages_send(agent: Client, tenant: Tenant) -> None:
    socket = await open_socket(agent)
    for text in ("{", '{"type": "event"}', "x" * 100_000):
        await socket.send_to(text_data=text)
    await socket.send_to(bytes_data=b"\x00")
    await in_thread(lambda: announce(tenant))
    assert (await socket.receive_json_from())["type"] == "event"
    await socket.disconnect()


async def test_desk_socket_answers_a_ping(agent: Client) -> None:
    socket = await open_socket(agent)
    await socket.send_to(text_data='{"type":"ping"}')
    assert await socket.receive_json_from() == {"type": "pong"}
    await socket.disconnect()


def test_live_state_names_who_waits(agent: Client, tenant: Tenant) -> None:
    with tenant_scope(factories.tenant().id):
        factories.assist_request(visitor_name="Foreign")
    with tenant_scope(tenant.id):
        factories.assist_request(visitor_name="Done", state="declined")
        waiting = factories.assist_request(visitor_name="Ada", page_title="Orders")
    assert agent.get("/desk/live/").json() == {
        "count": 1,
        "requests": [{"id": str(waiting.pk), "who": "Ada", "page": "Orders"}],
        "hand_overs": [],
    }


async def signed_in(browser: Browser, agent: Client, stack: LiveStack) -> BrowserContext:
    context = await browser.new_context(locale="en-GB")
    cookie = agent.cookies["sessionid"].value
    await context.add_cookies([{"name": "sessionid", "value": cookie, "url": stack.base_url}])
    return context


async def test_new_request_is_shown_within_a_second_without_a_reload(
    live_stack: LiveStack, browser: Browser, browser_of: Callable[[str], Client], tenant: Tenant
) -> None:
    agent = await in_thread(lambda: browser_of("agent"))
    await in_thread(lambda: announce(tenant, visitor_name="Bob"))
    context = await signed_in(browser, agent, live_stack)
    page = await context.new_page()
    await page.goto(f"{live_stack.base_url}/desk/")
    await expect(page.get_by_test_id("assist-badge")).to_have_text("1")
    await expect(page.get_by_test_id("assist-toast")).to_have_count(0)

    began = time.monotonic()
    name = '<img src=x onerror="document.title=1">'
    request = await in_thread(lambda: announce(tenant, visitor_name=name, page_title="Orders"))
    toast = page.get_by_test_id("assist-toast")
    await expect(toast).to_contain_text(f"New assist request from {name} on “Orders”", timeout=1000)
    assert time.monotonic() - began < 1.0
    await expect(page.get_by_test_id("assist-badge")).to_have_text("2")
    assert (await page.title()).startswith("(2) Inbox")
    assert await page.locator("[role=status]").first.get_attribute("aria-live") == "polite"

    def answer() -> None:
        with tenant_scope(tenant.id):
            type(request).objects.filter(pk=request.pk).update(state="declined")
            publish(tenant.id, "desk", kind="request.changed", payload={"id": str(request.pk)})

    await in_thread(answer)
    await expect(toast).to_have_count(0)
    await expect(page.get_by_test_id("assist-badge")).to_have_text("1")
    await context.close()


@pytest.mark.parametrize(("path", "read"), [("/desk/", "live/"), ("/desk/assist/", "rows/")])
async def test_desk_pages_notice_a_connection_that_is_only_half_open(
    path: str, read: str, live_stack: LiveStack, browser: Browser, browser_of: Callable[[str], Client], tenant: Tenant
) -> None:
    context = await signed_in(browser, await in_thread(lambda: browser_of("agent")), live_stack)
    page = await context.new_page()
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    async with page.expect_response(f"**{path}{read}"):
        await page.goto(f"{live_stack.base_url}{path}")
    twice = 2 * len(sockets)
    try:
        async with page.expect_websocket(lambda _: len(sockets) == twice, timeout=60_000):
            live_stack.freeze_web()
    finally:
        live_stack.thaw_web()
    await in_thread(lambda: announce(tenant, visitor_name="Ada"))
    await expect(page.get_by_text("Ada").first).to_be_visible(timeout=30_000)
    await context.close()


async def test_desk_asks_again_who_waits_when_the_question_failed(
    live_stack: LiveStack, browser: Browser, browser_of: Callable[[str], Client], tenant: Tenant
) -> None:
    context = await signed_in(browser, await in_thread(lambda: browser_of("agent")), live_stack)
    await in_thread(lambda: announce(tenant))
    page = await context.new_page()
    failed: list[str] = []
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    async def fail_once(route: Route) -> None:
        if failed:
            await route.continue_()
        else:
            failed.append(route.request.url)
            await route.abort()

    await page.route("**/desk/live/", fail_once)
    await page.goto(f"{live_stack.base_url}/desk/")
    await expect(page.get_by_test_id("assist-badge")).to_have_text("1", timeout=30_000)
    assert failed
    assert not faults
    await context.close()
