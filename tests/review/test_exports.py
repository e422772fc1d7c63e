"""Exports at the desk: who may take a recording away, and that it is told."""

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.accounts.models import Role
from helpdesk.audit.models import AuditEvent
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.streaming import STREAMS_A_TENANT, take_slot
from tests import factories
from tests.desks import signed_in


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
