"""`/api/v1/assist/sessions/`."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assist.channel.quality import BUCKETS
from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.channel.scene import Scene, make_scene


def call(scene: Scene, method: str, path: str, *, scopes: Any = (Scope.ASSIST_READ, Scope.ASSIST_WRITE)) -> Any:
    with tenant_scope(scene.tenant.id):
        token = create_token("Test", scopes=scopes)[1]
    url = f"/api/v1/assist/sessions/{path}"
    return Client().generic(method, url, content_type="application/json", headers={"Authorization": f"Bearer {token}"})


def test_session_shows_its_pages(channel: Scene) -> None:
    with tenant_scope(channel.tenant.id):
        page = factories.page(session=channel.row(), number=1 << 16 | 1, title="One")
    answer = call(channel, "GET", f"{channel.session_id}/").json()
    assert (answer["state"], answer["bytes_in"], answer["messages_in"]) == ("waiting", 0, 0)
    assert [(p["page_id"], p["title"], p["closed_at"]) for p in answer["pages"]] == [(page.number, "One", None)]


def test_session_keeps_the_percentiles_after_its_end(channel: Scene) -> None:
    with tenant_scope(channel.tenant.id):
        counts = [0, 0, 0, 90, 5, 0, 0, 0, 0, 0, 5, *[0] * (BUCKETS - 11)]
        factories.session_quality(session=channel.row(), latency_counts=counts, bytes_out=1000, resyncs=2, lags=1)
    channel.end()
    assert call(channel, "GET", f"{channel.session_id}/").json()["quality"] == {
        "latency_p50_ms": 36,
        "latency_p95_ms": 50,
        "latency_p99_ms": 190,
        "latency_samples": 100,
        "bytes_out": 1000,
        "frames_missing": 0,
        "resyncs": 2,
        "lags": 1,
    }


def test_session_without_a_report_has_no_percentiles(channel: Scene) -> None:
    quality = call(channel, "GET", f"{channel.session_id}/").json()["quality"]
    assert (quality["latency_p50_ms"], quality["latency_samples"]) == (None, 0)


def test_ending_twice_answers_the_same(channel: Scene) -> None:
    answers = [call(channel, "POST", f"{channel.session_id}/end/") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["end_reason"] for answer in answers] == ["agent_ended"] * 2
    assert answers[0].json()["ended_at"] == answers[1].json()["ended_at"]


def test_session_of_another_tenant_does_not_exist(channel: Scene) -> None:
    other = make_scene(channel.web)
    for method, path in (("GET", ""), ("POST", "end/")):
        assert call(other, method, f"{channel.session_id}/{path}").status_code == 404


def test_ending_needs_its_scope(channel: Scene) -> None:
    answer = call(channel, "POST", f"{channel.session_id}/end/", scopes=(Scope.ASSIST_READ,))
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "missing_scope")


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_the_same_number_of_queries(channel: Scene, rows: int) -> None:
    with tenant_scope(channel.tenant.id):
        for _ in range(rows - 1):
            factories.assist_session()
    call(channel, "GET", "")
    with CaptureQueriesContext(connection) as queries:
        assert len(call(channel, "GET", "").json()["results"]) == rows
    assert len([q for q in queries if "assist_" in q["sql"]]) == 3
