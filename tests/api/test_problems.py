"""Every error is a problem detail with a stable code."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from helpdesk.api.actions import create_token, revoke_token
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from tests.api.caller import Caller

MEMBERS = {"type", "title", "status", "detail", "code", "errors"}


def expect_problem(answer: Any, *, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= MEMBERS
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:alongside:problem:{code}")
    assert body["detail"]
    return body


def test_problem_without_token(call: Caller) -> None:
    answer = call("GET", "/tenant/", headers={})
    expect_problem(answer, status=401, code="not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic abc", "Bearer " + "x" * 5000])
def test_problem_with_wrong_token(call: Caller, header: str) -> None:
    expect_problem(call("GET", "/tenant/", headers={"Authorization": header}), status=401, code="authentication_failed")


def test_problem_with_revoked_token(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        token, plain = create_token("Test", scopes=["tenant:read"])
    caller = Caller(plain)
    assert caller("GET", "/tenant/").status_code == 200
    with tenant_scope(tenant.id):
        revoke_token(token, now=timezone.now())
    expect_problem(caller("GET", "/tenant/"), status=401, code="authentication_failed")


def test_problem_names_missing_scope(caller_with: Callable[..., Caller]) -> None:
    reader = caller_with("tenant:read")
    assert reader("GET", "/tenant/").status_code == 200
    body = expect_problem(reader("PATCH", "/tenant/", {}), status=403, code="missing_scope")
    assert "tenant:write" in body["detail"]
    expect_problem(reader("GET", "/tickets/"), status=403, code="missing_scope")


@pytest.mark.parametrize(
    "path", ["/nothing/", "/tickets/00000000-0000-0000-0000-000000000000/", "/tickets/12/", "/native-mappings/none/"]
)
def test_problem_of_unknown_address(call: Caller, path: str) -> None:
    expect_problem(call("GET", path), status=404, code="not_found")


def test_problem_of_unknown_address_for_every_method(call: Caller) -> None:
    for method in ("POST", "PUT", "DELETE"):
        expect_problem(call(method, "/nothing/"), status=404, code="not_found")


def test_problem_of_wrong_method(call: Caller) -> None:
    expect_problem(call("DELETE", "/tenant/"), status=405, code="method_not_allowed")


def test_problem_of_wrong_media_type(call: Caller) -> None:
    answer = call("PATCH", "/tenant/", b"a=b", content_type="application/x-www-form-urlencoded")
    expect_problem(answer, status=415, code="unsupported_media_type")


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"name": NaN}'])
def test_problem_of_broken_json(call: Caller, body: bytes) -> None:
    expect_problem(call("PATCH", "/tenant/", body), status=400, code="parse_error")


@pytest.mark.parametrize("body", [[], "text", 1])
def test_problem_of_json_that_is_no_object(call: Caller, body: Any) -> None:
    expect_problem(call("PATCH", "/tenant/", body), status=400, code="invalid")
    expect_problem(call("POST", "/tickets/", body), status=400, code="invalid")


def test_problem_of_large_body(call: Caller, settings: Any) -> None:
    settings.API_BODY_BYTES_MAX = 1000
    assert call("PATCH", "/tenant/", {"consent_text": "x" * 900}).status_code == 200
    expect_problem(call("PATCH", "/tenant/", {"consent_text": "x" * 1000}), status=413, code="body_too_large")


def test_problem_of_too_many_calls(call: Caller, settings: Any) -> None:
    cache.clear()
    settings.API_CALLS_PER_MINUTE = 0
    answer = call("GET", "/tenant/")
    expect_problem(answer, status=429, code="throttled")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61


def test_problem_speaks_the_callers_language(call: Caller) -> None:
    headers = {**call.headers, "Accept-Language": "zh-hans"}
    english, chinese = call("GET", "/nothing/"), call("GET", "/nothing/", headers=headers)
    assert english.json()["code"] == chinese.json()["code"]
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese.json()["detail"])
