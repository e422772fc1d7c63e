"""Sessions go by age: the tenant's days or the queue's own, in batches, and never what is held or not over."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from kombu.exceptions import OperationalError

from assist.channel.models import AssistSession, SessionState
from assist.channel.queries import NoSession
from assist.requests.models import AssistRequest
from helpdesk.audit.actors import SYSTEM
from helpdesk.audit.models import Action, AuditEvent
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from recordings.keeping import queries, tasks
from recordings.keeping.deletion import delete_session
from recordings.keeping.holds import AlreadyHeld, place_hold
from recordings.keeping.models import Doomed, DoomedKind
from tests import factories
from tests.keeping.kept import EMAIL, kept_session, keys_below, valkey_keys

NOW = timezone.now()


def aged(tenant: Tenant, days: int, **values: Any) -> AssistSession:
    return kept_session(tenant, ended_at=NOW - timedelta(days=days), assets=[], **values)


def due(tenant: Tenant) -> set[Any]:
    with tenant_scope(tenant.id):
        return set(queries.sessions_due(NOW).values_list("id", flat=True))


def test_queues_have_days_of_their_own(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        short, ever = factories.queue(recording_days=7), factories.queue(recording_days=0)
        old, young = aged(tenant, 31), aged(tenant, 29)
        old_short, young_short = aged(tenant, 8, queue=short), aged(tenant, 6, queue=short)
        kept = aged(tenant, 4000, queue=ever)
    assert due(tenant) == {old.id, old_short.id}
    with tenant_scope(tenant.id):
        Tenant.objects.update(recording_days=0)
    assert due(tenant) == {old_short.id}
    assert not due(tenant) & {young.id, young_short.id, kept.id}


def test_nothing_goes_that_is_held_or_not_over(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        held = aged(tenant, 90)
        aged(tenant, 90, state=SessionState.LIVE)
        aged(tenant, 90, archive_closed_at=None)
        place_hold(held.id, reason="Case 4", person=None, actor=SYSTEM, now=NOW)
    assert due(tenant) == set()


def test_what_is_due_goes_in_batches_and_is_told(tenant: Tenant, other_tenant: Tenant, monkeypatch: Any) -> None:
    monkeypatch.setattr(tasks, "SESSIONS_AT_ONCE", 2)
    again: list[Any] = []
    monkeypatch.setattr(tasks.delete_due_task, "delay", lambda *of: again.append(of))
    with tenant_scope(tenant.id):
        oldest = [aged(tenant, days).id for days in (90, 80)]
        last, young = aged(tenant, 70), aged(tenant, 5)
    with tenant_scope(other_tenant.id):
        theirs = aged(other_tenant, 90)
    tasks.delete_due_task(str(tenant.id))
    assert again == [(str(tenant.id), 0)]
    with tenant_scope(tenant.id):
        assert set(AssistSession.objects.values_list("id", flat=True)) == {last.id, young.id}
        told = AuditEvent.objects.filter(action=Action.SESSION_EXPIRED).values_list("object_id", flat=True)
        assert set(told) == set(oldest)
        assert AssistRequest.objects.filter(visitor_email=EMAIL).count() == 4  # the ticket's history stays
    tasks.delete_objects_task(str(tenant.id))
    assert not [key for key in keys_below(tenant.id) if str(oldest[0]) in key]
    assert keys_below(other_tenant.id, "sessions", theirs.id)
    assert due(tenant) == {last.id}


def test_one_that_fails_keeps_no_other(tenant: Tenant, monkeypatch: Any) -> None:
    monkeypatch.setattr(tasks, "SESSIONS_AT_ONCE", 2)
    again: list[Any] = []
    monkeypatch.setattr(tasks.delete_due_task, "delay", lambda *of: again.append(of))
    with tenant_scope(tenant.id):
        bad, _good, last = (aged(tenant, days).id for days in (90, 80, 70))

    def fail_once(session_id: Any, **values: Any) -> None:
        if session_id == bad:
            raise ZeroDivisionError
        delete_session(session_id, **values)

    monkeypatch.setattr(tasks, "delete_session", fail_once)
    tasks.delete_due_task(str(tenant.id))
    assert due(tenant) == {bad, last}
    assert again == [(str(tenant.id), 1)]
    tasks.delete_due_task(*again[0])
    assert due(tenant) == {bad}


def test_a_deletion_while_valkey_is_away_is_ended_by_the_sweep(tenant: Tenant, monkeypatch: Any) -> None:
    with tenant_scope(tenant.id):
        session = aged(tenant, 1)

    def away(*_of: str) -> None:
        raise OperationalError

    with monkeypatch.context() as patched, tenant_scope(tenant.id):
        patched.setattr(tasks.delete_objects_task, "delay", away)
        delete_session(session.id, action=Action.SESSION_DELETED, actor=SYSTEM, now=NOW)
    assert list(valkey_keys(tenant.id, session.id))
    tasks.delete_objects_task(str(tenant.id))
    assert not list(valkey_keys(tenant.id, session.id))


def test_a_daily_sweep_outlives_a_busy_minute() -> None:
    daily = [each for each in settings.CELERY_BEAT_SCHEDULE.values() if isinstance(each["schedule"], crontab)]
    assert daily
    assert all(each["options"]["expires"] > 3600 for each in daily)


def test_a_hold_is_kept_by_the_database_itself(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        session = aged(tenant, 1)
        place_hold(session.id, reason="Case 4", person=None, actor=SYSTEM, now=NOW)
        with pytest.raises(AlreadyHeld):
            place_hold(session.id, reason="Again", person=None, actor=SYSTEM, now=NOW)
        with pytest.raises(NoSession):
            place_hold(uuid4(), reason="None", person=None, actor=SYSTEM, now=NOW)
        with pytest.raises(ProtectedError):
            session.request.ticket.delete()
    with pytest.raises(IntegrityError), tenant_scope(tenant.id), connection.cursor() as cursor:
        cursor.execute("DELETE FROM assist_channel_assistsession WHERE id = %s", [session.id])
    with tenant_scope(tenant.id):
        assert AssistSession.objects.filter(id=session.id).exists()


def test_objects_stay_until_the_rows_are_gone_for_good(tenant: Tenant) -> None:
    """Who is rolled back has deleted nothing."""
    with tenant_scope(tenant.id):
        session = aged(tenant, 1)
    with pytest.raises(ZeroDivisionError), tenant_scope(tenant.id), transaction.atomic():
        delete_session(session.id, action=Action.SESSION_DELETED, actor=SYSTEM, now=NOW)
        raise ZeroDivisionError
    tasks.delete_objects_task(str(tenant.id))
    assert keys_below(tenant.id, "sessions", session.id)
    with tenant_scope(tenant.id):
        assert not AuditEvent.objects.filter(action=Action.SESSION_DELETED).exists()


def test_only_what_is_below_the_folder_goes(tenant: Tenant) -> None:
    near = [object_key(tenant.id, "sessions", name) for name in ("one/segment", "one-more/segment")]
    for key in near:
        store.put(key, b"x")
    with tenant_scope(tenant.id):
        Doomed.objects.create(kind=DoomedKind.FOLDER, name=object_key(tenant.id, "sessions", "one"), created_at=NOW)
    tasks.delete_objects_task(str(tenant.id))
    assert keys_below(tenant.id) == [near[1]]
