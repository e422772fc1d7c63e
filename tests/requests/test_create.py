"""M1: a visitor asks for help from inside the application."""

import pytest
from django.test import Client

from assist.requests import limits
from assist.requests.identity import signature_of
from assist.requests.models import AssistRequest
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Ticket
from tests import factories
from tests.requests.visitor import ORIGIN, ask, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def signed(tenant: Tenant, **values: str) -> dict[str, str]:
    said = {"id": "", "name": "", "email": "", **values}
    signature = signature_of(
        secret=tenant.identity_secret, external_id=said["id"], name=said["name"], email=said["email"]
    )
    return {**said, "signature": signature}


def test_request_opens_a_ticket_with_who_where_and_why(tenant):
    answer = ask(tenant, note="I can't pay", name="A visitor", email="visitor@visitors.example")
    assert answer.status_code == 201, answer.content
    assert answer.json()["state"] == "pending"
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    with tenant_scope(tenant.pk):
        row = AssistRequest.objects.select_related("ticket__contact").get(pk=answer.json()["request_id"])
        assert (row.page_title, row.note, row.ticket.subject) == ("Orders", "I can't pay", "I can't pay")
        assert row.ticket.contact.email == "visitor@visitors.example"
        assert row.token_hash == factories.digest(answer.json()["request_token"])


@pytest.mark.parametrize(
    "patterns",
    [[], ["http://localhost"], ["https://localhost:*"], ["http://*.localhost:*"], ["http://localhost:70"]],
)
def test_request_from_another_origin_is_refused(patterns):
    tenant = factories.tenant(allowed_origins=patterns)
    answer = ask(tenant)
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_origin")
    with tenant_scope(tenant.pk):
        assert not Ticket.objects.exists()


@pytest.mark.parametrize("pattern", ["http://localhost:*", "http://localhost:7000"])
def test_request_from_an_allowed_origin_is_taken(pattern):
    assert ask(factories.tenant(allowed_origins=[pattern])).status_code == 201


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"public_key": "pk_unknown"}, 404, "unknown_desk"),
        ({"public_key": None}, 404, "unknown_desk"),
        ({"page_url": ""}, 400, "missing_field"),
        ({"page_url": "https://elsewhere.example/"}, 400, "bad_page_url"),
        ({"page_url": "javascript:alert(1)"}, 400, "bad_page_url"),
        ({"page_url": "http://localhost:7000@elsewhere.example/"}, 400, "bad_page_url"),
        ({"page_url": "http://localhost:7000/\n\nYou have won: http://elsewhere.example/"}, 400, "bad_page_url"),
        ({"page_url": "http://localhost:7000/ or http://elsewhere.example/"}, 400, "bad_page_url"),
        ({"page_url": "http://localhost:7000/\u202egpj.example"}, 400, "bad_page_url"),
        ({"public_key": "a\0b"}, 404, "unknown_desk"),
        ({"public_key": "\ud800"}, 404, "unknown_desk"),
        ({"note": "\ud83d"}, 400, "bad_field"),
        ({"page_title": "\ud83d"}, 400, "bad_field"),
        ({"identity": {"id": "1", "signature": "\ud83d"}}, 400, "bad_field"),
        ({"note": "x" * (limits.NOTE_MAX + 1)}, 400, "too_long"),
        ({"note": 3}, 400, "bad_field"),
        ({"note": "a\0b"}, 400, "bad_field"),
        ({"email": "nobody"}, 400, "bad_email"),
        ({"ticket": "1"}, 400, "bad_field"),
        ({"identity": []}, 201, None),
        ({"identity": "me"}, 400, "bad_field"),
        ({"identity": {"role": "admin"}}, 400, "unknown_field"),
        ({"state": "accepted"}, 400, "unknown_field"),
        ({"note": "x" * limits.BODY_MAX_BYTES}, 413, "too_large"),
    ],
)
def test_request_with_bad_fields_is_refused(tenant, fields, status, code):
    answer = ask(tenant, **fields)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


@pytest.mark.parametrize("body", ["", "[]", "{", "[" * 5000, '"x"'])
def test_request_that_is_no_object_is_refused(body):
    answer = post("/assist/requests/", body)
    assert answer.status_code in (400, 404)
    assert answer.json()["code"] in ("bad_body", "unknown_desk")


def test_request_by_get_changes_nothing(tenant):
    assert Client().get("/assist/requests/", headers={"origin": ORIGIN}).status_code == 404
    with tenant_scope(tenant.pk):
        assert not AssistRequest.objects.exists()


def test_preflight_allows_what_the_loader_sends():
    answer = Client().options("/assist/requests/", headers={"origin": ORIGIN})
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Headers"] == "authorization, content-encoding, content-type"
    assert "Access-Control-Allow-Credentials" not in answer


def test_request_beyond_the_rate_waits(tenant):
    answers = [ask(tenant) for _ in range(limits.REQUEST_RATE.per_address * 2 + 1)]
    refused = next(answer for answer in answers if answer.status_code != 201)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_exceeded")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert sum(answer.status_code == 201 for answer in answers) >= limits.REQUEST_RATE.per_address


def test_request_outside_hours_keeps_the_ticket(tenant):
    closed = factories.tenant(hours={"zone": "UTC", "week": {}})
    answer = ask(closed, language="zh-CN")
    assert answer.json()["state"] == "outside_hours"
    assert closed.name in answer.json()["message"]
    with tenant_scope(closed.pk):
        assert Ticket.objects.count() == 1


def test_signed_visitor_joins_the_own_ticket(tenant):
    with tenant_scope(tenant.pk):
        mine = factories.ticket(contact=factories.contact(email="me@visitors.example"))
    answer = ask(tenant, ticket=mine.number, identity=signed(tenant, id="7", email="me@visitors.example"))
    with tenant_scope(tenant.pk):
        assert AssistRequest.objects.get(pk=answer.json()["request_id"]).ticket_id == mine.pk


@pytest.mark.parametrize("kind", ["unsigned", "wrong signature", "somebody else", "typed address"])
def test_nobody_else_joins_that_ticket_or_learns_of_it(tenant, kind):
    with tenant_scope(tenant.pk):
        theirs = factories.ticket(contact=factories.contact(email="me@visitors.example"))
    identity = {
        "unsigned": {"id": "7", "email": "me@visitors.example"},
        "wrong signature": {"id": "7", "email": "me@visitors.example", "signature": "0" * 64},
        "somebody else": signed(tenant, id="8", email="other@visitors.example"),
        "typed address": signed(tenant, id="8"),
    }[kind]
    answer = ask(tenant, ticket=theirs.number, identity=identity, email="me@visitors.example")
    unknown = ask(tenant, ticket=theirs.number + 1000, identity=identity, email="me@visitors.example")
    assert set(answer.json()) == set(unknown.json())
    assert answer.json()["message"] == unknown.json()["message"]
    with tenant_scope(tenant.pk):
        assert AssistRequest.objects.get(pk=answer.json()["request_id"]).ticket_id != theirs.pk


def test_cancel_needs_the_requests_own_token(tenant):
    mine, other = ask(tenant).json(), ask(tenant).json()
    path = f"/assist/requests/{mine['request_id']}/cancel/"
    assert post(path, {}, token="wrong").json()["code"] == "bad_token"
    assert post(path, {}, token=other["request_token"]).json()["code"] == "bad_token"
    assert post(path, {}, token=mine["request_token"]).json() == {"state": "cancelled"}
    assert post(path, {}, token=mine["request_token"]).json() == {"state": "cancelled"}
