"""`/tenant/`: a tenant's settings, and what they may not be."""

from typing import Any

import pytest

from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from tests import factories
from tests.api.caller import Caller
from tests.api.test_problems import expect_problem

GOOD = {
    "name": "New name",
    "language": "zh-hans",
    "link_ttl_seconds": 2,
    "answer_timeout_seconds": 30,
    "grace_seconds": 15,
    "allowed_origins": ["https://app.example.com", "https://*.example.com", "http://localhost:*"],
    "asset_hosts": ["cdn.example.com", "*.example.com", "*.cdn.example.com:8443", "localhost:9000", "203.0.113.5"],
    "masking": {
        "allow": ["#search", "input[name='q']"],
        "mask": [".secret"],
        "data": ["card", "phone"],
        "urls": [
            {"pattern": "https://app.example.com/pay*", "block": ["main > *:not(h1)"], "data": ["identity", "email"]}
        ],
    },
    "consent_text": "We look at this page.",
    "video_shortens_idle": True,
    "video_has_frame": True,
    "hours": {"zone": "Asia/Shanghai", "week": {"mon": [["09:00", "12:00"], ["13:00", "24:00"]]}, "closed": []},
}
BAD = [
    ("language", "tlh", "unknown_language"),
    ("link_ttl_seconds", 0, "min_value"),
    ("link_ttl_seconds", 86_401, "max_value"),
    ("answer_timeout_seconds", "soon", "invalid"),
    ("grace_seconds", 3601, "max_value"),
    ("allowed_origins", "https://a.example", "bad_list"),
    ("allowed_origins", ["*"], "bad_origin"),
    ("allowed_origins", ["https://a.example/path"], "bad_origin"),
    ("allowed_origins", ["https://a.*.example"], "bad_origin"),
    ("allowed_origins", ["javascript://a"], "bad_origin"),
    ("allowed_origins", ["https://a.example"] * 201, "bad_list"),
    ("asset_hosts", "cdn.example.com", "bad_list"),
    ("asset_hosts", ["cdn.example.com"] * 101, "bad_list"),
    *(
        ("asset_hosts", [pattern], "bad_host")
        for pattern in (
            "*",
            "*.com",
            "",
            "https://cdn.example.com",
            "cdn.example.com/a",
            "CDN.example.com",
            "a.*.example.com",
            "cdn.example.com:0",
            "cdn.example.com:65536",
            "cdn.example.com:*",
            "user@example.com",
            "cdn..example.com",
            "[::1]",
            "cdn.example.com.",
            "a." * 150 + "example.com",
            "cdn.example.com\n",
        )
    ),
    ("video_has_frame", "perhaps", "invalid"),
    ("masking", [], "bad_object"),
    ("masking", {"show": []}, "bad_object"),
    ("masking", {"allow": ["a {}"]}, "bad_selector"),
    ("masking", {"allow": ["input[name='q'"]}, "bad_selector"),
    ("masking", {"urls": [{"allow": []}]}, "bad_masking"),
    ("masking", {"data": "card"}, "bad_list"),
    ("masking", {"data": ["card", "fax"]}, "unknown_data"),
    ("masking", {"data": [["card"]]}, "bad_list"),
    ("masking", {"params": [""]}, "bad_param"),
    ("masking", {"urls": [{"pattern": "*", "params": ["x" * 101]}]}, "bad_param"),
    ("masking", {"urls": [{"pattern": "*", "data": ["fax"]}]}, "unknown_data"),
    ("consent_text", "x" * 4001, "too_long"),
    ("hours", {"zone": "Mars/Olympus", "week": {}}, "unknown_zone"),
    ("hours", {"zone": "UTC", "week": {"mo": []}}, "bad_object"),
    ("hours", {"zone": "UTC", "week": {"mon": [["12:00", "09:00"]]}}, "bad_interval"),
    ("hours", {"zone": "UTC", "week": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "bad_interval"),
    ("hours", {"zone": "UTC", "week": {"mon": [["9:00", "12:00"]]}}, "bad_interval"),
    ("hours", {"zone": "UTC", "week": {}, "closed": ["tomorrow"]}, "bad_day"),
    ("public_key", "pk_mine", "not_settable"),
    ("surprise", 1, "not_settable"),
]


def test_tenant_shows_its_settings(call: Caller, tenant: Tenant) -> None:
    body = call("GET", "/tenant/").json()
    assert body["slug"] == tenant.slug
    assert body["link_ttl_seconds"] == 600
    assert "identity_secret" not in body


def test_tenant_changes_and_keeps_its_settings(call: Caller) -> None:
    answer = call("PATCH", "/tenant/", GOOD)
    assert answer.status_code == 200, answer.content
    again = call("GET", "/tenant/").json()
    assert again == answer.json()
    assert {name: again[name] for name in GOOD} == GOOD


def test_tenant_changes_only_itself(call: Caller) -> None:
    other = factories.tenant(name="Other")
    assert call("PATCH", "/tenant/", {"name": "Mine"}).status_code == 200
    with tenant_scope(other.id):
        assert Tenant.objects.get().name == "Other"


@pytest.mark.parametrize(("setting", "value", "code"), BAD)
def test_tenant_refuses_a_wrong_setting(call: Caller, setting: str, value: Any, code: str) -> None:
    before = call("GET", "/tenant/").json()
    body = expect_problem(call("PATCH", "/tenant/", {"name": "Changed", setting: value}), status=400, code="invalid")
    assert [(error["code"], error["pointer"].split("/")[1]) for error in body["errors"]] == [(code, setting)]
    assert call("GET", "/tenant/").json() == before
