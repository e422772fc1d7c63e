"""The audit log: what gets in, that nothing is changed, who reads it, and how it grows old."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.accounts.models import Role
from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.audit.actions import DETAILS_BYTES_MAX, DetailsTooLarge, TooYoung, forget_before, record, record_once
from helpdesk.audit.actors import SYSTEM
from helpdesk.audit.checks import log_is_kept_long_enough
from helpdesk.audit.models import Action, AuditEvent
from helpdesk.audit.tasks import forget_task, sweep
from helpdesk.desk.audit_views import PAGE_ROWS
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from tests import factories
from tests.api.caller import Caller
from tests.desks import signed_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "jobs"])

VIEWED = {"action": Action.RECORDING_VIEWED, "actor": SYSTEM, "object_kind": "recording"}


def test_event_is_not_changed_nor_deleted(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        event = factories.audit_event(actor_name="Ada")
    for write in (lambda rows: rows.update(actor_name="Bob"), lambda rows: rows.delete()):
        with pytest.raises(Error, match="added to only"), tenant_scope(tenant.id):
            write(AuditEvent.objects.filter(pk=event.pk))
    with tenant_scope(tenant.id):
        assert AuditEvent.objects.get().actor_name == "Ada"


def test_only_old_events_are_forgotten(tenant: Tenant) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        kept = factories.audit_event(at=now - timedelta(days=91))
        factories.audit_event(at=now - timedelta(days=93))
        assert forget_before(now - timedelta(days=92), now=now) == 1
        assert AuditEvent.objects.get() == kept
        with pytest.raises(TooYoung):
            forget_before(now - timedelta(days=89), now=now)


@override_settings(AUDIT_DAYS=100)
def test_sweep_finds_tenants_with_old_events(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    handed_over: list[str] = []
    monkeypatch.setattr(forget_task, "delay", handed_over.append)
    for each, days in ((tenant, 101), (factories.tenant(), 99)):
        with tenant_scope(each.id):
            factories.audit_event(at=timezone.now() - timedelta(days=days))
    sweep()
    assert handed_over == [str(tenant.id)]
    forget_task(str(tenant.id))
    with tenant_scope(tenant.id):
        assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("days", "errors"), [(89, 1), (90, 0)])
def test_log_is_not_set_to_forget_early(days: int, errors: int) -> None:
    with override_settings(AUDIT_DAYS=days):
        assert len(log_is_kept_long_enough(None)) == errors


def test_details_are_bounded(tenant: Tenant) -> None:
    with tenant_scope(tenant.id), pytest.raises(DetailsTooLarge):
        record(**VIEWED, object_id=None, now=timezone.now(), details={"x": "x" * DETAILS_BYTES_MAX})
    emoji = {"x": "🔒" * (DETAILS_BYTES_MAX // 4 - 10)}
    with tenant_scope(tenant.id):
        assert record(**VIEWED, object_id=None, now=timezone.now(), details=emoji).details == emoji


def test_what_is_rolled_back_is_not_told(tenant: Tenant) -> None:
    with pytest.raises(RuntimeError), tenant_scope(tenant.id):
        record(**VIEWED, object_id=None, now=timezone.now())
        raise RuntimeError
    with tenant_scope(tenant.id):
        assert not AuditEvent.objects.exists()


def test_repetition_is_told_once_within_its_time(tenant: Tenant) -> None:
    now, minute = timezone.now(), timedelta(minutes=1)
    with tenant_scope(tenant.id):
        for at in (now, now + 0.5 * minute, now + 1.5 * minute):
            record_once(**VIEWED, object_id=tenant.id, within=minute, now=at)
        assert [event.at for event in AuditEvent.objects.order_by("at")] == [now, now + 1.5 * minute]


def caller(tenant: Tenant, *scopes: str) -> Caller:
    with tenant_scope(tenant.id):
        return Caller(create_token("Test", scopes=scopes)[1])


def test_log_is_read_over_the_api_by_page_and_filter(tenant: Tenant) -> None:
    call, now = caller(tenant, Scope.AUDIT_READ), timezone.now()
    with tenant_scope(tenant.id):
        ids = [str(factories.audit_event(at=now - timedelta(hours=hours)).pk) for hours in range(3)]
        played = factories.audit_event(at=now - timedelta(hours=4), action=Action.RECORDING_PLAYED)
    first = call("GET", "/audit-events/?page_size=2").json()
    assert [row["id"] for row in first["results"]] == ids[:2]
    second = call("GET", first["next"].partition("/api/v1")[2]).json()
    assert [row["id"] for row in second["results"]] == [ids[2], str(played.pk)]
    found = call("GET", "/audit-events/?action=recording.played").json()["results"]
    assert [row["id"] for row in found] == [str(played.pk)]
    since = (now - timedelta(minutes=1)).isoformat().replace("+", "%2B")
    assert [row["id"] for row in call("GET", f"/audit-events/?since={since}").json()["results"]] == ids[:1]


def test_log_needs_its_scope_and_is_not_written_over_the_api(tenant: Tenant) -> None:
    everything_else = set(Scope.values) - {Scope.AUDIT_READ}
    assert caller(tenant, *everything_else)("GET", "/audit-events/").status_code == 403
    call = caller(tenant, *Scope.values)
    assert {call(method, "/audit-events/", {}).status_code for method in ("POST", "PUT", "PATCH", "DELETE")} <= {
        403,
        405,
    }


def test_log_is_for_admins_and_filtered_at_the_desk(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        admin, manager = factories.member(Role.ADMIN, name="Ada"), factories.member(Role.MANAGER)
        factories.audit_event(actor_kind="person", actor_id=admin.pk, actor_name="Ada")
        factories.audit_event(action=Action.RECORDING_PLAYED)
    client = signed_in(admin)
    assert signed_in(manager).get("/desk/audit/").status_code == 403

    def shown(**filters: str) -> list[str]:
        return [event.action for event in client.get("/desk/audit/", filters).context["page"].rows]

    today = timezone.now().date()
    assert len(shown()) == len(shown(since=str(today), until=str(today))) == 2
    assert shown(person=str(admin.pk)) == [Action.RECORDING_VIEWED]
    assert shown(action=Action.RECORDING_PLAYED) == [Action.RECORDING_PLAYED]
    assert len(shown(since="0001-01-01", until="9999-12-31")) == 2
    assert shown(until=str(today - timedelta(days=1))) == []
    assert shown(since=str(today), until=str(today - timedelta(days=1))) == []
    assert client.get("/desk/audit/", {"before": "x"}).status_code == 404


def test_desk_page_costs_the_same_for_many_events(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        client = signed_in(factories.member(Role.ADMIN))
        factories.audit_event()

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/desk/audit/").status_code == 200
        return len(queries)

    with_one = count()
    with tenant_scope(tenant.id), transaction.atomic():
        for _ in range(PAGE_ROWS):
            factories.audit_event()
    assert count() == with_one
    page = client.get("/desk/audit/").context["page"]
    older = client.get("/desk/audit/", {"before": page.next_cursor}).context["page"]
    assert (len(page.rows), len(older.rows), older.next_cursor) == (PAGE_ROWS, 1, "")
