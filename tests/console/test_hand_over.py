"""Handing a session over at the desk and over REST."""

from typing import Any

from assist.channel.models import HandOver
from helpdesk.accounts.models import Role, User
from helpdesk.api.actions import create_token
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.api.caller import Caller
from tests.desks import Desk, signed_in


def member(desk: Desk, role: Role = Role.AGENT, **values: Any) -> User:
    with tenant_scope(desk.tenant.id):
        return factories.member(role, **values)


def path(desk: Desk, rest: str = "hand-over/") -> str:
    return f"/desk/assist/{desk.session.id}/{rest}"


def caller(desk: Desk, person: User) -> Caller:
    with tenant_scope(desk.tenant.id):
        return Caller(create_token("Test", scopes=["assist:read", "assist:write"], created_by=person)[1])


def test_offer_shows_up_at_the_colleague_alone_who_accepts(desk: Desk) -> None:
    colleague, third = member(desk, name="Colleague"), member(desk)
    part = desk.client.post(path(desk), {"to_agent": str(colleague.pk)})
    assert "Offered to Colleague" in part.content.decode()
    theirs = signed_in(colleague)
    assert path(desk, "hand-over/accept/") in theirs.get("/desk/assist/offers/").content.decode()
    assert "hand-over" not in signed_in(third).get("/desk/assist/offers/").content.decode()
    live = theirs.get("/desk/live/").json()
    assert live["hand_overs"] == [{"id": str(desk.session.id), "agent": "Agent", "who": "A visitor"}]
    assert theirs.post(path(desk, "hand-over/accept/"))["Location"] == path(desk, "")
    shown = theirs.get(path(desk, "")).content.decode()
    assert "Agent → Colleague" in " ".join(shown.split())
    assert theirs.get("/desk/live/").json()["hand_overs"] == []


def test_refusals_are_said_and_change_nothing(desk: Desk, other_desk: Desk) -> None:
    colleague, third = member(desk), member(desk)
    assert desk.client.post(path(desk), {"to_agent": str(other_desk.agent.pk)}).status_code == 409
    assert desk.client.post(path(desk), {"to_agent": "x"}).status_code == 409
    assert signed_in(third).post(path(desk), {"to_agent": str(colleague.pk)}).status_code == 409
    assert desk.client.post(path(desk), {"to_agent": str(colleague.pk)}).status_code == 200
    again = desk.client.post(path(desk), {"to_agent": str(third.pk)})
    assert again.status_code == 409
    assert "is offered to" in again.content.decode()
    assert signed_in(third).post(path(desk, "hand-over/accept/")).status_code == 409
    with tenant_scope(desk.tenant.id):
        assert HandOver.objects.get().to_agent == colleague


def test_get_hands_nothing_over(desk: Desk) -> None:
    for rest in ("hand-over/", "hand-over/accept/", "hand-over/decline/", "hand-over/withdraw/"):
        assert desk.client.get(path(desk, rest)).status_code == 405


def test_rest_offers_and_accepts(desk: Desk) -> None:
    colleague = member(desk)
    sessions = f"/assist/sessions/{desk.session.id}/"
    offered = caller(desk, desk.agent)("POST", f"{sessions}hand-over/", {"to_agent": str(colleague.pk)})
    assert (offered.status_code, offered.json()["state"]) == (201, "offered")
    accepted = caller(desk, colleague)("POST", f"{sessions}hand-over/accept/")
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    session = caller(desk, desk.agent)("GET", sessions).json()
    assert session["agent"] == str(colleague.pk)
    assert [row["from_agent"] for row in session["hand_overs"]] == [str(desk.agent.pk)]


def test_rest_refuses_with_stable_codes(desk: Desk, other_desk: Desk) -> None:
    colleague, call = member(desk), caller(desk, desk.agent)
    sessions = f"/assist/sessions/{desk.session.id}/"
    foreign = call("POST", f"{sessions}hand-over/", {"to_agent": str(other_desk.agent.pk)})
    assert foreign.status_code == 400
    assert call("POST", f"{sessions}hand-over/withdraw/").json()["code"] == "no_offer"
    assert call("POST", f"{sessions}hand-over/", {"to_agent": str(desk.agent.pk)}).json()["code"] == "already_theirs"
    assert call("POST", f"{sessions}hand-over/", {"to_agent": str(colleague.pk)}).status_code == 201
    assert call("POST", f"{sessions}hand-over/accept/").status_code == 403
    assert call("POST", f"{sessions}hand-over/", {"to_agent": str(colleague.pk)}).json()["code"] == "already_offered"
