"""Every URL, called by everybody who is somebody at another tenant, and by nobody."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache as cache_forever
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client

from helpdesk.accounts.models import Role
from tests import factories
from tests.isolation.routes import Route, http_routes
from tests.isolation.world import Side, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "jobs"])

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REFUSED = {401, 403, 404, 405, 410}
# Bodies that name what belongs to another tenant, for paths that take it from there and not from the path.
BODIES: dict[str, Callable[[World], dict[str, Any]]] = {
    "assist/requests/": lambda world: {
        "public_key": world.attacker.tenant.public_key,
        "page_url": "http://localhost:9000/",
        "note": "Note",
        "ticket": str(next(row.number for row in world.victim.rows.values() if hasattr(row, "subject"))),
    },
    "assist/links/": lambda world: {
        "public_key": world.attacker.tenant.public_key,
        "token": world.victim.secrets["link"],
        "landing": "x",
        "consent_sha256": "0" * 64,
        "language": "en",
    },
}
# These begin something new for the caller's own tenant, by its public key.
OPEN_TO_EVERYBODY = {
    "shared/": "a page that shows nothing without the token in its fragment",
    "assist/requests/": "a visitor asks for assistance",
}

# Paths that name something without pointing at another tenant's row: only GET has to be refused, or not even that.
NOT_ROWS = {
    "api/v1/native-mappings/<name>/": {"GET"},  # each tenant chooses names of its own
    "desk/<app_label>/": set(),  # the lists of one app
    "desk/recordings/session/<session_id>/": set(),  # says that there is no recording
    "stage/<ticket>/": set(),  # an empty page; what fills it comes by the asset route and the console
}
# What else a path asks for, beside the right ids and a caller of the same tenant.
NEEDS_MORE = {"assist/capture/<session_id>/<sha256>.js": "a ticket that a live socket hands over"}


@cache_forever
def shared_client() -> Client:
    """One for all calls: each new client loads the middleware anew."""
    return Client(raise_request_exception=False)


@dataclass(frozen=True)
class Caller:
    name: str
    headers: dict[str, str] = field(default_factory=dict)
    cookie: str = ""

    def call(self, method: str, url: str, *, host: str, body: dict[str, Any]) -> HttpResponseBase:
        cache.clear()  # a rate limit is no answer to the question who may see what
        client = shared_client()
        client.cookies.clear()
        if self.cookie:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookie
        headers = {"host": host, "origin": settings.PUBLIC_URL, **self.headers}
        data = "" if method == "GET" else json.dumps(body)
        return client.generic(method, url, data, content_type="application/json", headers=headers)


NOBODY = Caller("nobody")


def callers_of(side: Side, route: Route) -> list[Caller]:
    """Everybody who can prove to be somebody at this tenant; the desk knows people by their cookie only."""
    admin = Caller("admin", cookie=factories.session_cookie(side.people[Role.ADMIN]))
    if route.path.startswith("desk/"):
        return [admin]
    return [
        admin,
        *(Caller(kind, headers={"authorization": f"Bearer {secret}"}) for kind, secret in side.secrets.items()),
    ]


def answer_text(response: HttpResponseBase) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return content.decode("utf-8", "replace") + str(dict(response.items()))


def test_every_url_refuses_the_ids_of_another_tenant(world: World) -> None:
    before, faults = world.victim.snapshot(), []
    for route in http_routes():
        if route.is_outside_tenants or not route.placeholders:
            continue
        url = route.fill(world.victim, by=world.attacker)
        for caller in (NOBODY, *callers_of(world.attacker, route)):
            faults += list(_faults(route, caller, url, world))
    assert not faults, "\n".join(faults)
    assert world.victim.snapshot() == before


def test_every_url_answers_its_own_tenant(world: World) -> None:
    """Else the refusals above would prove nothing. What is deleted comes last."""
    faults = []
    for route in sorted(http_routes(), key=lambda route: route.path.endswith("/delete/")):
        if route.is_outside_tenants or not route.placeholders or route.path in NEEDS_MORE:
            continue
        url = route.fill(world.attacker, by=world.attacker)
        answers = [
            caller.call(method, url, host=route.host, body={}).status_code
            for caller in callers_of(world.attacker, route)
            for method in ("GET", "POST", "PUT")
        ]
        if set(answers) <= {401, 403, 404, 405}:
            faults.append(f"{url} ({route.path}) answers {answers} to its own tenant")
    assert not faults, "\n".join(faults)


def test_every_url_without_ids_shows_nothing_of_another_tenant(world: World) -> None:
    before, faults = world.victim.snapshot(), []
    for route in http_routes():
        if route.is_outside_tenants or route.placeholders:
            continue
        for caller in (NOBODY, *callers_of(world.attacker, route)):
            faults += list(_faults(route, caller, f"/{route.path}", world))
    assert not faults, "\n".join(faults)
    assert world.victim.snapshot() == before


def test_every_url_asks_who_is_there() -> None:
    """Nobody gets 401, 403, 404 or the sign-in page, unless the path is listed as open."""
    open_paths = [
        route.path
        for route in http_routes()
        if not route.is_outside_tenants and not route.placeholders and route.path not in OPEN_TO_EVERYBODY
        for response in [NOBODY.call("GET", f"/{route.path}", host=route.host, body={})]
        if response.status_code not in REFUSED | {400} and not _asks_to_sign_in(response)
    ]
    assert open_paths == []


def _faults(route: Route, caller: Caller, url: str, world: World) -> Iterator[str]:
    for method in METHODS:
        body = next((make(world) for prefix, make in BODIES.items() if route.path.startswith(prefix)), {})
        response = caller.call(method, url, host=route.host, body=body)
        text, what = answer_text(response), f"{method} {url} ({route.path}) as {caller.name}: {response.status_code}"
        if response.status_code >= 500:
            yield f"{what} fails"
        must_refuse = route.placeholders and method in NOT_ROWS.get(route.path, METHODS)
        if must_refuse and not _is_refusal(method, response):
            yield f"{what} is no refusal"
        leaked = {mark for mark in world.victim.marks() if mark in text and mark not in url and mark not in str(body)}
        if leaked:
            yield f"{what} shows {leaked}"


def _is_refusal(method: str, response: HttpResponseBase) -> bool:
    """A write may be refused for its body before any row is looked at; that nothing was written is proven apart."""
    if _asks_to_sign_in(response) or response.status_code in REFUSED:
        return True
    if response.status_code == 302 and response["Location"] == "/desk/":
        return True  # how an admin site says that there is no such row
    return method != "GET" and 400 <= response.status_code < 500


def _asks_to_sign_in(response: HttpResponseBase) -> bool:
    return response.status_code == 302 and response["Location"].startswith(settings.LOGIN_URL)
