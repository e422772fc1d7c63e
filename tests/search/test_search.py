"""A real session is read and found by its words; so is Chinese; nothing of another tenant is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from helpdesk.tenants import store
from helpdesk.tenants.context import TenantNotSet, tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.search import actions
from recordings.search.actions import ATTEMPTS_MAX, LEASE, keep_text, read_session, take_reading
from recordings.search.models import SessionText
from recordings.search.queries import find_by_words, moments_of
from recordings.search.reading import Reader
from recordings.search.tasks import read_task, sweep
from recordings.search.tokens import query
from recordings.video.models import Recording
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "jobs"])


def said(text: str, *, at_ms: int = 0, **values: Any) -> Recording:
    """A recording of the current tenant in which this was typed."""
    recording = factories.recording(**values)
    reader = Reader(load=lambda sha256: [])
    reader.read({"at_ms": at_ms, "page_id": 1, "name": "input", "data": [1, text, 0]})
    reader.read(
        {"at_ms": 0, "page_id": 1, "name": "page_enter", "data": {"url": "https://shop.example/a", "title": ""}}
    )
    reader.end()
    keep_text(recording, reader, is_cut=False)
    return recording


def found(words: str, **options: Any) -> list[Any]:
    wanted = {"before": None, "most": 10, **options}
    return [hit.recording_id for hit in find_by_words(query(words, address=wanted.pop("address", "")), **wanted)]


def test_recorded_session_is_found_by_what_was_shown(tenant: Tenant, recorded: Any, ended: Callable[..., Any]) -> None:
    recording = ended()
    for _twice in range(2):
        read_session(tenant.id, recording.session_id, now=timezone.now())
    with tenant_scope(tenant.id):
        text = SessionText.objects.get()
        assert (text.is_cut, text.attempts, text.lease_ends_at) == (False, 1, None)
        assert found("earnings overview") == [recording.pk]
        assert found("", address="tables.html") == [recording.pk]
        assert found("zebra") == []
        moment = moments_of([recording.pk], words="DataTables Example")[recording.pk]
        entered = [chapter["starts_ms"] for chapter in _visits(text, "tables.html")]
        assert "DataTables" in moment.text
        assert 0 <= moment.at_ms - entered[0] < 5000
        assert moments_of([recording.pk], words="Logout")[recording.pk].at_ms < entered[0]


def _visits(text: SessionText, page: str) -> list[dict[str, int]]:
    return [{"starts_ms": at} for at, said in text.moments if page in said and "http" in said]


def test_words_of_any_script_are_found(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        chinese, english = said("客户申请退款订单"), said("Refund for order 4711")
        assert found("退款") == found("退款订单") == found("单") == [chinese.pk]
        assert found("订退") == []
        assert found("refund ORD") == found("4711") == [english.pk]
        assert set(found("", address="shop.example")) == {chinese.pk, english.pk}
        assert set(found("shop")) == {chinese.pk, english.pk}
        assert found("", address="refund") == []


def test_another_tenants_words_are_not_found(tenant: Tenant) -> None:
    with tenant_scope(factories.tenant().id):
        said("secret word")
    with tenant_scope(tenant.id):
        assert found("secret") == []
    with pytest.raises(TenantNotSet):
        find_by_words("'secret'", before=None, most=10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM lookup_recordings_by_words('''secret''', 'infinity', %s, 9)", ["f" * 32])
        assert cursor.fetchall() == []


def test_hits_go_on_after_the_last_one(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        newest_first = [said("same").pk for _ in range(3)][::-1]
        assert found("same", most=2) == newest_first[:2]
        last = Recording.objects.get(pk=newest_first[1])
        assert found("same", before=(last.created_at, last.pk)) == newest_first[2:]


def test_indexes_answer_for_words_in_either_way(tenant: Tenant) -> None:
    """As the jobs role, as the function does; a table of one row would be read as a whole, so that is forbidden."""
    with tenant_scope(tenant.id):
        said("same")
    with transaction.atomic("jobs"), connections["jobs"].cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'lookup_recordings_by_words'")
        source = cursor.fetchone()[0].split("$find$")[1]
        values = [f"$$'same' & 't:{tenant.id}'$$::tsquery", "'infinity'", f"'{tenant.id}'::uuid", "9"]
        for number, value in enumerate([*values, f"'{tenant.id}'::uuid"], start=1):
            source = source.replace(f"${number}", value)
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for other_way in ("indexscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{other_way} = off")
            # In a table this small the planner takes one index for everything, unless it is left no choice.
            cursor.execute(f"EXPLAIN {source if plans else source.partition('AND tenant_id')[0]}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
            cursor.execute(f"SET LOCAL enable_{other_way} = on")
    by_words, by_age = plans
    assert "Bitmap Index Scan on session_text_words" in by_words, by_words
    # Along the list, so that nothing is sorted and as few rows are read as are asked for.
    assert "Scan using session_text_newest" in by_age, by_age
    assert "Sort" not in by_age


def test_damaged_archive_is_read_as_far_as_it_goes(tenant: Tenant, recorded: Any, ended: Callable[..., Any]) -> None:
    recording = ended()
    with tenant_scope(tenant.id):
        last = recording.session.archive_segments.order_by("-number").first()
    store.delete(last.object_key)
    read_session(tenant.id, recording.session_id, now=timezone.now())
    with tenant_scope(tenant.id):
        assert SessionText.objects.get().is_cut
        assert found("earnings overview") == [recording.pk]


def test_sweep_finds_what_was_not_read(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    handed_over: list[str] = []
    monkeypatch.setattr(read_task, "apply_async", lambda names, expires: handed_over.append(names[1]))
    ages = {"read": 10, "fresh": 1, "lost": 10, "killed": 9, "at work": 10, "old": 60 * 25}
    leases = {"read": None, "killed": -1, "at work": 1}
    with tenant_scope(tenant.id):
        sessions = {
            name: factories.assist_session(archive_closed_at=timezone.now() - timedelta(minutes=age))
            for name, age in ages.items()
        }
        for name, session in sessions.items():
            recording = factories.recording(session=session)
            if name in leases:
                minutes = leases[name]
                ends_at = timezone.now() + timedelta(minutes=minutes) if minutes else None
                factories.session_text(recording=recording, lease_ends_at=ends_at)
    sweep()
    assert handed_over == [str(sessions[name].pk) for name in ("lost", "killed")]


def test_session_is_read_by_one_worker_and_given_up_when_two_were_killed(tenant: Tenant) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        recording = factories.recording(session=factories.assist_session(archive_closed_at=now))
        assert [take_reading(recording, now=now) for _ in range(2)] == [1, 0]
        assert take_reading(recording, now=now + LEASE) == ATTEMPTS_MAX
    read_session(tenant.id, recording.session_id, now=now + LEASE)
    with tenant_scope(tenant.id):
        assert SessionText.objects.get().lease_ends_at == now + 2 * LEASE
    read_session(tenant.id, recording.session_id, now=now + 2 * LEASE)
    with tenant_scope(tenant.id):
        text = SessionText.objects.get()
    assert (text.is_cut, text.moments, text.lease_ends_at) == (True, [], None)


def test_session_that_takes_too_long_is_kept_as_far_as_it_was_read(
    tenant: Tenant, recorded: Any, ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = ended()
    monkeypatch.setattr(actions, "READ_SECONDS", -1)
    read_session(tenant.id, recording.session_id, now=timezone.now())
    with tenant_scope(tenant.id):
        text = SessionText.objects.get()
    assert (text.is_cut, text.moments, text.lease_ends_at) == (True, [], None)
