"""Events of a part of a session by the REST API, without reading what comes after it."""

import io
import json
from typing import Any

import pytest

from assist.channel.protocol import FrameKind
from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from tests.api.caller import Caller
from tests.review.made import START_MS, Writer, archive

SECONDS = 20


@pytest.fixture
def recording(desk: Any) -> Any:
    writer = Writer()
    writer._put(FrameKind.SESSION_START, 0, page=0, payload=json.dumps({"started_at_ms": START_MS}).encode(), seq=0)
    writer.open(0, 1, "Home")
    for second in range(1, SECONDS):
        writer.write(1000 * second, 1, f"second {second}")
    return archive(desk, writer, seconds=SECONDS, segment_every=3)


def caller(desk: Any) -> Caller:
    with tenant_scope(desk.tenant.id):
        return Caller(create_token("Test", scopes=[Scope.RECORDINGS_READ])[1])


def test_events_of_a_stretch_are_read_without_what_follows(desk: Any, recording: Any) -> None:
    """The last segments are gone, and nobody misses them."""
    with tenant_scope(desk.tenant.id):
        keys = list(recording.session.archive_segments.order_by("number").values_list("object_key", flat=True))
    for key in keys[-2:]:
        store.delete(key)
    address = f"/recordings/{recording.id}/events/"
    answer = caller(desk)("GET", f"{address}?from_ms=5000&to_ms=8000")
    events = [json.loads(line) for line in io.BytesIO(b"".join(answer))]
    assert [(event["name"], event["at_ms"]) for event in events] == [
        ("mutation", 5000),
        ("mutation", 6000),
        ("mutation", 7000),
    ]
    rest = [json.loads(line) for line in b"".join(caller(desk)("GET", f"{address}?from_ms=5000")).splitlines()]
    assert [event["name"] for event in rest[-3:]] == ["mutation", "gap", "gap"]


@pytest.mark.parametrize(
    ("asked", "pointer"), [("from_ms=-1", "from_ms"), ("to_ms=x", "to_ms"), ("from_ms=9&to_ms=8", "to_ms")]
)
def test_range_that_makes_no_sense_is_refused(desk: Any, recording: Any, asked: str, pointer: str) -> None:
    answer = caller(desk)("GET", f"/recordings/{recording.id}/events/?{asked}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"#/{pointer}")
