"""The audit log at the desk: in the reader's words, language and time zone."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from helpdesk.accounts.models import Role
from helpdesk.audit.models import Action
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from tests import factories
from tests.desks import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

LATE = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
SHARED = {
    "en": ["Share link made", "Recording: Ada Byron · #", "Counts until 03/09/2026 6:30 a.m.", "For whom The printer"],
    "zh-hans": ["创建分享链接", "录像: Ada Byron · #", "有效期至 2026年3月9日 06:30", "给谁 The printer"],
}


def admin(tenant: Tenant) -> Client:
    with tenant_scope(tenant.id):
        return signed_in(factories.member(Role.ADMIN))


def rows(client: Client, *, zone: str = "", language: str = "en", **filters: Any) -> list[str]:
    """The text of each."""
    client.cookies["zone"] = zone
    page = client.get("/desk/audit/", filters, headers={"accept-language": language}).content.decode()
    return [" ".join(strip_tags(row).split()) for row in re.findall(r'<tr [^>]*audit-event".*?</tr>', page, re.DOTALL)]


@pytest.mark.parametrize("language", SHARED)
def test_event_says_in_words_what_it_is_about(tenant: Tenant, language: str) -> None:
    with tenant_scope(tenant.id):
        asked = factories.assist_request(visitor_name="Ada Byron")
        recording = factories.recording(session=factories.assist_session(request=asked))
        link = factories.share_link(recording=recording, note="The printer")
        details = {"share_link": str(link.pk), "expires_at": (LATE + timedelta(days=7)).isoformat(), "note": link.note}
        factories.audit_event(action=Action.SHARE_MADE, object_id=recording.id, details=details)
    (told,) = rows(admin(tenant), zone="Asia/Shanghai", language=language)
    for words in SHARED[language]:
        assert words in told
    for raw in (str(link.pk), str(recording.id), "expires_at", "T22:30"):
        assert raw not in told


def test_details_say_what_an_id_means(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        recording = factories.recording()
        link = factories.share_link(recording=recording, note="The printer")
        for details in (
            {"share_link": str(link.pk), "email": "guest@else.example"},
            {"kind": "log"},
            {"at_ms": 65_000, "size_bytes": 2048, "new_thing": 1},
        ):
            factories.audit_event(object_id=recording.id, details=details)
        factories.audit_event(object_kind="session", object_id=tenant.id)
    told = " | ".join(rows(admin(tenant)))
    for words in (
        "Share link The printer E-mail address guest@else.example",
        "As Log (CSV)",
        "at ms 1:05 new thing 1 size bytes 2.0 KB",
    ):
        assert words in told
    assert "Session gone" in told


@pytest.mark.parametrize(
    ("zone", "time", "day"),
    [
        ("Asia/Shanghai", "03/02/2026 06:30:00", "2026-03-02"),
        ("America/New_York", "03/01/2026 17:30:00", "2026-03-01"),
        *((odd, "03/01/2026 22:30:00", "2026-03-01") for odd in ("", "Asia", "../etc/passwd", "Nowhere/Land")),
    ],
)
def test_times_and_days_are_those_of_the_reader(tenant: Tenant, zone: str, time: str, day: str) -> None:
    with tenant_scope(tenant.id):
        factories.audit_event(at=LATE)
    client = admin(tenant)
    (told,) = rows(client, zone=zone)
    assert told.startswith(time)
    assert len(rows(client, zone=zone, since=day, until=day)) == 1
