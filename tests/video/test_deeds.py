"""What agents did in a session, as its log and timeline say it."""

from datetime import UTC, datetime, timedelta

from helpdesk.audit.models import Action, AuditEvent
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.video.deeds import agents_deeds
from tests import factories

STARTED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return STARTED + timedelta(seconds=seconds)


def test_deeds_of_agents_are_told_in_the_order_of_time(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        ada, bob = factories.member(name="Ada"), factories.member(name="Bob")
        request = factories.assist_request(answered_by=ada, answered_at=at(-60))
        session = factories.assist_session(request=request, agent=ada, started_at=STARTED, ended_at=at(60))

        def deed(action: Action, seconds: float, name: str) -> AuditEvent:
            values = {"actor_name": name, "actor_id": {"Ada": ada.pk}.get(name[:3], bob.pk), "object_id": session.pk}
            return factories.audit_event(action=action, at=at(seconds), **values)

        deed(Action.SESSION_WATCHED, -50, "Ada <ada@example.com>")
        deed(Action.SESSION_WATCHED, -40, "Bob <bob@example.com>")
        deed(Action.SESSION_LEFT, -30, "Bob <bob@example.com>")
        deed(Action.SESSION_WATCHED, 20, "Bob <bob@example.com>")
        deed(Action.SESSION_LEFT, 40, "Ada <ada@example.com>")
        deed(Action.SESSION_ENDED, 60, "Bob <bob@example.com>")
        deed(Action.SESSION_LEFT, 61, "Bob <bob@example.com>")
        values = {"session": session, "offered_by": ada}
        factories.hand_over(**values, to_agent=bob, offered_at=at(5), answered_at=at(6), state="declined")
        factories.hand_over(**values, to_agent=bob, offered_at=at(22), answered_at=at(30), state="accepted")
        factories.hand_over(**values, to_agent=bob, offered_at=at(50), answered_at=at(60), state="lapsed")
        assert agents_deeds(session) == [
            (0, "accepted", "Ada"),
            (0, "console_joined", "Ada"),
            (5000, "hand_over_offered", "Ada → Bob"),
            (6000, "hand_over_declined", "Bob"),
            (20_000, "console_joined", "Bob"),
            (22_000, "hand_over_offered", "Ada → Bob"),
            (30_000, "hand_over", "Bob"),
            (40_000, "console_left", "Ada"),
            (50_000, "hand_over_offered", "Ada → Bob"),
            (60_000, "agent_ended", "Bob"),
        ]


def test_who_takes_a_session_over_has_offered_it_to_nobody(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        boss = factories.member(name="Boss")
        session = factories.assist_session(started_at=STARTED, ended_at=at(60))
        values = {"offered_by": boss, "to_agent": boss, "offered_at": at(9), "answered_at": at(9)}
        factories.hand_over(session=session, state="accepted", **values)
        assert agents_deeds(session) == [(9000, "hand_over", "Boss")]
