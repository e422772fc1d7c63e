"""Filters of recordings, notes, scorecards, scores and saved views over the REST API."""

from helpdesk.accounts.models import Role, User
from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.api.caller import Caller
from tests.desks import Desk
from tests.review.test_list import recording
from tests.review.test_scorecards import CRITERIA


def caller(desk: Desk, *scopes: str, by: User | None = None) -> Caller:
    wanted = scopes or (Scope.RECORDINGS_READ, Scope.RECORDINGS_WRITE)
    with tenant_scope(desk.tenant.id):
        return Caller(create_token("Test", scopes=wanted, created_by=by)[1])


def manager_of(desk: Desk) -> User:
    with tenant_scope(desk.tenant.id):
        return factories.member(Role.MANAGER)


def test_recordings_are_filtered_as_at_the_desk(desk: Desk) -> None:
    call = caller(desk)
    with tenant_scope(desk.tenant.id):
        row = recording(agent=desk.agent, text="退款订单", url="https://shop.example/a", duration_ms=5000)
        recording(text="else", duration_ms=1)
        factories.score(recording=row, percent=80)
        ticket = row.session.request.ticket
    filters = [
        "search=退款", "url=shop.example", f"agent={desk.agent.pk}", f"ticket={ticket.pk}", f"queue={ticket.queue_id}",
        "min_duration_ms=5000", "min_score=80&max_score=80",
    ]  # fmt: skip
    for text in filters:
        assert [found["id"] for found in call("GET", f"/recordings/?{text}").json()["results"]] == [str(row.pk)], text
    for text in ("search=zebra", "search=---", "url=else", "max_score=79", "max_duration_ms=0"):
        assert call("GET", f"/recordings/?{text}").json()["results"] == [], text


def test_notes_over_the_api(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        row = factories.recording(duration_ms=1000)
    wanted = {"recording": str(row.pk), "at_ms": 500, "body": "Look"}
    assert caller(desk)("POST", "/recording-notes/", wanted).json()["code"] == "no_person"
    assert caller(desk, Scope.RECORDINGS_READ)("POST", "/recording-notes/", wanted).status_code == 403
    call = caller(desk, by=manager_of(desk))
    late = call("POST", "/recording-notes/", {**wanted, "at_ms": 1001}).json()
    assert late["errors"][0]["pointer"] == "#/at_ms"
    made = call("POST", "/recording-notes/", wanted).json()
    listed = call("GET", f"/recording-notes/?recording={row.pk}").json()["results"]
    assert listed == [made]
    assert call("DELETE", f"/recording-notes/{made['id']}/").status_code == 204
    assert call("GET", "/recording-notes/").json()["results"] == []


def test_scorecards_and_scores_over_the_api(desk: Desk) -> None:
    call = caller(desk, by=manager_of(desk))
    with tenant_scope(desk.tenant.id):
        row = factories.recording()
    card = call("POST", "/scorecards/", {"name": "Calls", "criteria": CRITERIA}).json()
    assert call("POST", "/scorecards/", {"name": "Calls", "criteria": CRITERIA}).status_code == 400
    assert call("POST", "/scorecards/", {"name": "X", "criteria": []}).status_code == 400
    wanted = {"recording": str(row.pk), "scorecard": card["id"], "points": [5, 5]}
    assert call("POST", "/scores/", wanted).json()["percent"] == "62.50"
    assert call("POST", "/scores/", {**wanted, "points": [5, 10]}).json()["percent"] == "100.00"
    bad = call("POST", "/scores/", {**wanted, "points": [6, 10]}).json()
    assert bad["errors"][0]["pointer"].startswith("#/points")
    assert [found["percent"] for found in call("GET", f"/scores/?recording={row.pk}").json()["results"]] == ["100.00"]
    assert call("PATCH", f"/scorecards/{card['id']}/", {"is_active": False}).json()["is_active"] is False
    assert call("POST", "/scores/", wanted).status_code == 400


def test_saved_views_over_the_api(desk: Desk) -> None:
    call, other = caller(desk, by=manager_of(desk)), caller(desk, by=desk.agent)
    made = call("POST", "/saved-views/", {"name": "Mine", "filters": {"q": "refund"}}).json()
    shared = call("POST", "/saved-views/", {"name": "Ours", "filters": {"q": "x"}, "is_shared": True}).json()
    assert other("POST", "/saved-views/", {"name": "N", "filters": {}, "is_shared": True}).json()["is_shared"] is False
    assert call("POST", "/saved-views/", {"name": "X", "filters": {"ticket": "x"}}).status_code == 400
    assert call("POST", "/saved-views/", {"name": "X", "filters": {"unknown": "x"}}).status_code == 400
    assert [view["id"] for view in call("GET", "/saved-views/").json()["results"]] == [shared["id"], made["id"]]
    assert [view["name"] for view in other("GET", "/saved-views/").json()["results"]] == ["N", "Ours"]
    assert other("DELETE", f"/saved-views/{shared['id']}/").status_code == 404
    assert call("DELETE", f"/saved-views/{shared['id']}/").status_code == 204
