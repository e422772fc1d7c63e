"""Exports at the desk: who may take a recording away, and that it is told."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from assist.requests.models import AssistRequest
from helpdesk.accounts.models import Role
from helpdesk.audit.models import AuditEvent
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.streaming import STREAMS_A_TENANT, take_slot
from tests import factories
from tests.desks import signed_in
from tests.review import made


@pytest.fixture
def recording(desk: Any) -> Any:
    with tenant_scope(desk.tenant.id):
        key = object_key(desk.tenant.id, "recordings", "video.mp4")
        store.put(key, b"video")
        return factories.recording(session=desk.session, state="ready", object_key=key)


def test_managers_take_recordings_away_and_it_is_told(desk: Any, recording: Any) -> None:
    with tenant_scope(desk.tenant.id):
        manager = signed_in(factories.member(Role.MANAGER))
    page = manager.get(f"/desk/recordings/{recording.id}/").content.decode()
    for kind in ("rrweb", "log", "zip"):
        assert f"/desk/recordings/{recording.id}/export/{kind}/" in page
    log = manager.get(f"/desk/recordings/{recording.id}/export/log/")
    assert log["Content-Disposition"] == f'attachment; filename="recording-{recording.id}.log.csv"'
    assert b"".join(log).startswith(b"at,at_ms,page_id")
    with tenant_scope(desk.tenant.id):
        told = list(AuditEvent.objects.order_by("at").values_list("action", "details"))
    assert told[-1] == ("recording.exported", {"kind": "log"})


NAMES = ("=HYPERLINK(1)", "+1", "-2", "@SUM(1)", "Ada; =1+1", "Ada\r\n=1", "王小明")


def test_log_says_what_agents_did_where_it_belongs_by_time(desk: Any) -> None:
    writer = made.Writer()
    writer.open(0, 1, "Orders")
    for second in (2, 4, 6):
        writer.write(1000 * second, 1, "x")
    recording, told = made.archive(desk, writer, seconds=9, segment_every=3), made.STARTED
    with tenant_scope(desk.tenant.id):
        agent = factories.member(name=NAMES[0])
        AssistRequest.objects.filter(id=recording.session.request_id).update(answered_by=agent, answered_at=told)
        for second, name in enumerate(NAMES[1:], start=2):
            values = {"actor_name": f"{name} <a@example.com>", "actor_id": factories.member().pk}
            at = told + timedelta(seconds=second)
            factories.audit_event(action="session.watched", at=at, object_id=recording.session_id, **values)
        values = {"actor_name": "Bob", "object_id": recording.session_id, "at": told + timedelta(seconds=9)}
        factories.audit_event(action="session.ended", **values)
        manager = signed_in(factories.member(Role.MANAGER))
    text = b"".join(manager.get(f"/desk/recordings/{recording.id}/export/log/")).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    done = [row for row in rows if row["name"] in ("accepted", "console_joined", "agent_ended")]
    assert [int(row["at_ms"]) for row in rows] == sorted(int(row["at_ms"]) for row in rows)
    assert [row["at_ms"] for row in done] == ["0", *(f"{second}000" for second in range(2, 8)), "9000"]
    assert (done[0]["at"], done[0]["page_id"], done[0]["url"], done[0]["title"]) == (
        told.isoformat(timespec="milliseconds"),
        "0",
        "",
        "",
    )
    agents = [json.loads(row["details"])["agent"] for row in done]
    assert agents == [*NAMES[:4], "Ada;' =1+1", *NAMES[5:], "Bob"]
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if re.search(r'(^|[;\t\r\n])[ "]*[=+@-]', cell)]


def test_too_many_exports_are_told_on_the_recordings_page(desk: Any, recording: Any) -> None:
    with tenant_scope(desk.tenant.id):
        manager = signed_in(factories.member(Role.MANAGER))
    slots = [take_slot(desk.tenant.id) for _ in range(STREAMS_A_TENANT)]
    answer = manager.get(f"/desk/recordings/{recording.id}/export/zip/", follow=True)
    for slot in slots:
        slot.release()
    assert answer.redirect_chain == [(f"/desk/recordings/{recording.id}/#panels", 302)]
    assert "try again when one of them has ended" in answer.content.decode()
    assert "download>" not in answer.content.decode().partition('class="exports"')[2].partition("</nav>")[0]


def test_agents_and_other_tenants_take_nothing_away(desk: Any, other_desk: Any, recording: Any) -> None:
    with tenant_scope(other_desk.tenant.id):
        stranger = signed_in(factories.member(Role.ADMIN))
    address: Callable[[str], str] = lambda kind: f"/desk/recordings/{recording.id}/export/{kind}/"  # noqa: E731
    for kind in ("rrweb", "log", "zip"):
        assert desk.client.get(address(kind)).status_code == 403
        assert stranger.get(address(kind)).status_code == 404
    assert b"/export/" not in desk.client.get(f"/desk/recordings/{recording.id}/").content
    with tenant_scope(desk.tenant.id):
        assert not AuditEvent.objects.filter(action="recording.exported").exists()
