"""The stage's origin: what it serves, to whom, and that it is apart from the desk."""

import hashlib
import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from assist.console.stage import stage_has_a_host_of_its_own
from assist.console.tickets import issue_ticket
from helpdesk.accounts.models import Membership
from helpdesk.tenants.context import tenant_scope
from tests.desks import Desk

PICTURE = b"\x89PNG picture"
PICTURE_SHA256 = hashlib.sha256(PICTURE).hexdigest()


def ticket_of(desk: Desk, **changes) -> str:
    ids = {"tenant_id": desk.tenant.id, "session_id": desk.session.id, "user_id": desk.agent.id}
    return issue_ticket(**{**ids, **changes})


def asset_path(desk: Desk, sha256: str = PICTURE_SHA256, **changes) -> str:
    return f"/stage/{ticket_of(desk, **changes)}/assets/{sha256}"


def test_stage_document_runs_its_own_script_only(desk: Desk, stage_client: Client) -> None:
    answer = stage_client.get(f"/stage/{ticket_of(desk)}/")
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    nonce = re.search(r'nonce="([^"]+)" src="[^"]*stage', answer.content.decode())
    assert nonce
    assert policy["script-src"] == f"'nonce-{nonce[1]}'"
    assert policy["default-src"] == policy["frame-src"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == settings.PUBLIC_URL
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/", "/desk/", "/desk/assist/", "/accounts/login/", "/api/v1/schema/", "/stage/", "/stage/nonsense/"]
)
def test_stage_origin_serves_nothing_else(desk: Desk, stage_client: Client, path: str) -> None:
    stage_client.cookies = desk.client.cookies
    answer = stage_client.get(path)
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer


def test_public_origin_never_serves_the_stage(desk: Desk) -> None:
    desk.store(sha256=PICTURE_SHA256, body=PICTURE, content_type="image/png")
    assert desk.client.get(f"/stage/{ticket_of(desk)}/").status_code == 404
    assert desk.client.get(asset_path(desk)).status_code == 404


def test_stage_sets_no_cookie(desk: Desk, stage_client: Client) -> None:
    desk.store(sha256=PICTURE_SHA256, body=PICTURE, content_type="image/png")
    answers = [stage_client.get(f"/stage/{ticket_of(desk)}/"), stage_client.get(asset_path(desk))]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert not any(answer.cookies for answer in answers)


def test_asset_is_served_as_it_was_stored_and_for_good(desk: Desk, stage_client: Client) -> None:
    desk.store(sha256=PICTURE_SHA256, body=PICTURE, content_type="image/png")
    answer = stage_client.get(asset_path(desk))
    assert answer.content == PICTURE
    assert answer["Content-Type"] == "image/png"
    assert "immutable" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize("content_type", ["text/html", "application/javascript", "image/../html", "text/xml"])
def test_asset_is_never_a_document_or_a_script(desk: Desk, stage_client: Client, content_type: str) -> None:
    desk.store(sha256=PICTURE_SHA256, body=PICTURE, content_type=content_type)
    answer = stage_client.get(asset_path(desk))
    assert answer["Content-Type"] == "application/octet-stream"


def test_asset_of_another_session_is_not_served(desk: Desk, stage_client: Client) -> None:
    desk.store(sha256=PICTURE_SHA256, body=PICTURE, content_type="image/png")
    assert stage_client.get(asset_path(desk, session_id=uuid4())).status_code == 404


def test_asset_of_another_tenant_is_not_served(desk: Desk, other_desk: Desk, stage_client: Client) -> None:
    other_desk.store(sha256=PICTURE_SHA256, body=PICTURE, content_type="image/png")
    assert stage_client.get(asset_path(desk)).status_code == 404
    assert stage_client.get(asset_path(desk, session_id=other_desk.session.id)).status_code == 404
    assert stage_client.get(asset_path(other_desk, user_id=desk.agent.id)).status_code == 404


def test_ticket_ends_with_the_membership(desk: Desk, stage_client: Client) -> None:
    with tenant_scope(desk.tenant.id):
        Membership.objects.filter(user=desk.agent).delete()
    assert stage_client.get(f"/stage/{ticket_of(desk)}/").status_code == 404


def test_one_host_name_for_both_is_refused(settings) -> None:
    assert stage_has_a_host_of_its_own() == []
    settings.STAGE_ORIGIN = settings.PUBLIC_URL.replace("8000", "9000")
    assert [error.id for error in stage_has_a_host_of_its_own()] == ["console.E001"]
