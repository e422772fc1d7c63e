"""What the review page reads by script: who gets it, and that no address in the store lasts."""

import gzip
import json
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from assist.channel.protocol import FrameKind, decode_frame
from assist.channel.valkey import sync_client
from helpdesk.accounts.models import Role
from helpdesk.audit.models import Action, AuditEvent
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.archive.models import ArchiveSegment
from recordings.archive.segments import decode_segment
from recordings.review.playback import LENGTH, MOST_ARCHIVE_BYTES, MOST_MOMENTS
from recordings.search.models import SessionText
from recordings.video.models import Recording
from tests import factories
from tests.desks import Desk, signed_in
from tests.review.test_pages import SEGMENT, record

OUTLINE, LOG = gzip.compress(b'{"marks": []}'), gzip.compress(b'[[1,1,"click",""]]')
ROUTES = {"outline/": 200, f"log/0/{len(LOG)}/": 200, "moments/": 200, "thumbnail/": 302, "filmstrip/": 302}


def with_extras(desk: Desk, **values) -> Recording:
    recording = record(desk, **values)
    base = recording.object_key
    keys = {f"{name}_key": f"{base}.{name}" for name in ("log", "thumbnail", "filmstrip")}
    keys["outline_key"] = f"{base}/outline-{sha256(OUTLINE).hexdigest()[:32]}.json.gz"
    store.put(keys["outline_key"], OUTLINE)
    store.put(keys["log_key"], LOG)
    with tenant_scope(desk.tenant.id):
        Recording.objects.filter(id=recording.id).update(**keys)
    return recording


def test_what_the_page_reads_is_for_who_may_review(desk: Desk, other_desk: Desk) -> None:
    recording = with_extras(desk)
    with tenant_scope(desk.tenant.id):
        colleague = signed_in(factories.member(name="Colleague"))
    with tenant_scope(other_desk.tenant.id):
        stranger = signed_in(factories.member(Role.ADMIN))
    for route, status in ROUTES.items():
        path = f"/desk/recordings/{recording.id}/{route}"
        assert desk.client.get(path).status_code == status
        assert {client.get(path).status_code for client in (colleague, stranger)} == {404}
        assert desk.client.post(path).status_code == 405


@pytest.mark.parametrize("route", ["", "outline/", f"log/0/{len(LOG)}/", "archive/0/0/", "filmstrip/"])
def test_who_reads_a_recording_without_its_page_is_told_once(desk: Desk, route: str) -> None:
    base = f"/desk/recordings/{with_extras(desk).id}"
    for path in (route, "outline/", "filmstrip/"):
        desk.client.get(f"{base}/{path}")
    with tenant_scope(desk.tenant.id):
        told = list(AuditEvent.objects.values_list("action", "actor_id"))
    assert told == [(Action.RECORDING_VIEWED, desk.agent.pk)]


def test_outline_and_log_are_what_was_stored(desk: Desk) -> None:
    base = f"/desk/recordings/{with_extras(desk).id}"
    answers = [desk.client.get(f"{base}/{route}") for route in list(ROUTES)[:2]]
    assert [json.loads(gzip.decompress(answer.content)) for answer in answers] == [{"marks": []}, [[1, 1, "click", ""]]]
    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}


@pytest.mark.parametrize("part", ["0/0", f"0/{2**20 + 1}", "999999/10", f"{10**30}/10"])
def test_log_refuses_a_part_that_is_none(desk: Desk, part: str) -> None:
    assert desk.client.get(f"/desk/recordings/{with_extras(desk).id}/log/{part}/").status_code == 404


def test_archive_comes_in_ranges_within_bounds(desk: Desk) -> None:
    recording = record(desk)
    base = f"/desk/recordings/{recording.id}/archive"
    with tenant_scope(desk.tenant.id):
        digest = sha256(b"here").hexdigest()
        late = factories.archive_segment(session=recording.session, number=900_001, sha256=digest, tab_ranges={})
        factories.archive_segment(session=recording.session, number=900_002, size_bytes=MOST_ARCHIVE_BYTES)
    parts = parts_of(desk.client.get(f"{base}/0/1/").content)
    assert parts[0] == SEGMENT
    assert gaps_in(parts[1]) == [(0, {"from_seq": 0, "to_seq": 0, "reason": "segment_gone", "segment": 900_001})]
    store.put(late.object_key, b"here")
    assert parts_of(desk.client.get(f"{base}/1/1/").content) == [b"here"]
    parts = {"2/2": 200, "2/241": 200, "2/242": 404, "0/2": 404, "3/9": 404, "1/0": 404, f"0/{2**64}": 404}
    parts |= {f"{2**64}/{2**64}": 404}
    assert {part: desk.client.get(f"{base}/{part}/").status_code for part in parts} == parts


@pytest.mark.parametrize("damaged", [SEGMENT[:-1], SEGMENT[:3] + b"X" + SEGMENT[4:]], ids=["truncated", "flipped"])
def test_damaged_segment_is_told_and_never_sent(desk: Desk, damaged: bytes) -> None:
    recording = record(desk)
    with tenant_scope(desk.tenant.id):
        segment = ArchiveSegment.objects.get(session=recording.session)
        ArchiveSegment.objects.filter(id=segment.id).update(tab_ranges={"1": [5, 9], "2": [1, 3]})
    store.put(segment.object_key, damaged)
    (part,) = parts_of(desk.client.get(f"/desk/recordings/{recording.id}/archive/0/0/").content)
    told = {"reason": "segment_damaged", "segment": segment.number}
    gaps = [(1, {"from_seq": 5, "to_seq": 9, **told}), (2, {"from_seq": 1, "to_seq": 3, **told})]
    assert gaps_in(part) == gaps


def parts_of(answer: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(answer):
        (length,) = LENGTH.unpack_from(answer, at)
        at += LENGTH.size
        parts.append(answer[at : at + length])
        at += length
    return parts


def gaps_in(part: bytes) -> list[tuple[int, dict[str, Any]]]:
    """(tab, what is said) of records, without how long they last."""
    frames = [decode_frame(entry.frame) for entry in decode_segment(part)]
    assert {(frame.kind, frame.seq) for frame in frames} == {(FrameKind.GAP, 0)}
    said = [(frame.tab, json.loads(frame.payload)) for frame in frames]
    return [(tab, {name: value for name, value in gap.items() if name != "lasts_ms"}) for tab, gap in said]


def test_pictures_are_at_addresses_that_expire_soon(desk: Desk) -> None:
    recording = with_extras(desk)
    for name in ("thumbnail", "filmstrip"):
        answer = desk.client.get(f"/desk/recordings/{recording.id}/{name}/")
        address = urlsplit(answer["Location"])
        expires = int(parse_qs(address.query)["X-Amz-Expires"][0])
        assert address.path.endswith(f".{name}")
        assert f"max-age={expires - 60}" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert expires <= 300


def test_moments_of_a_session_have_all_the_words(desk: Desk) -> None:
    recording = record(desk)
    said = [[0, "Orders"], [1000, "Refund for order 4711"], [5000, "Order 12"], [9000, "退款订单"]]

    def found(words: str) -> dict[str, object]:
        return desk.client.get(f"/desk/recordings/{recording.id}/moments/", {"q": words}).json()

    assert found("order") == {"moments": None, "is_more": False}
    with tenant_scope(desk.tenant.id):
        factories.session_text(recording=recording, moments=said)
    for words, at in (("order", [0, 1000, 5000]), ("ORD refu", [1000]), ("退款", [9000]), ("refund 12", []), (" ", [])):
        assert [moment[0] for moment in found(words)["moments"]] == at, words
    with tenant_scope(desk.tenant.id):
        text = [[number, "same"] for number in range(MOST_MOMENTS + 1)]
        SessionText.objects.filter(recording=recording).update(moments=text)
    told = found("same")
    assert (len(told["moments"]), told["is_more"]) == (MOST_MOMENTS, True)


def test_what_is_missing_is_asked_for_once(desk: Desk) -> None:
    base = f"/desk/recordings/{record(desk).id}"
    waiting = sync_client().llen(settings.SEARCH_QUEUE)
    answers = [desk.client.get(f"{base}/outline/") for _twice in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {"state": "preparing"})] * 2
    assert sync_client().llen(settings.SEARCH_QUEUE) == waiting + 1
    assert {desk.client.get(f"{base}/{name}/").status_code for name in ("thumbnail", "filmstrip")} == {404}


@pytest.mark.parametrize("name", ["outline", "log"])
def test_outline_that_is_gone_or_damaged_is_asked_for_again(desk: Desk, name: str) -> None:
    recording = with_extras(desk)
    path = f"/desk/recordings/{recording.id}/outline/"
    assert desk.client.get(path).status_code == 200
    with tenant_scope(desk.tenant.id):
        recording.refresh_from_db()
    if name == "log":
        store.delete(recording.log_key)
    else:
        store.put(recording.outline_key, OUTLINE[:-1])
    waiting = sync_client().llen(settings.SEARCH_QUEUE)
    assert desk.client.get(path).status_code == 202
    assert sync_client().llen(settings.SEARCH_QUEUE) == waiting + 1


def test_script_gets_an_address_of_the_video_that_expires(desk: Desk) -> None:
    path = f"/desk/recordings/{record(desk).id}/video/"
    answer = desk.client.get(path, headers={"accept": "application/json"})
    told = answer.json()
    assert int(parse_qs(urlsplit(told["url"]).query)["X-Amz-Expires"][0]) == told["expires_seconds"] <= 300
    assert "no-store" in answer["Cache-Control"]
    assert desk.client.get(path).status_code == 302


def test_store_is_where_pictures_may_come_from(desk: Desk) -> None:
    recording = record(desk)
    for path in ("", f"{recording.id}/"):
        policy = desk.client.get(f"/desk/recordings/{path}")["Content-Security-Policy"]
        images = next(part for part in policy.split("; ") if part.startswith("img-src"))
        assert settings.S3_PUBLIC_ENDPOINT_URL in images.split()


def test_cell_of_a_list_has_a_picture_where_there_is_one(desk: Desk) -> None:
    assert "<img" not in render_to_string("recordings/_thumbnail.html", {"recording": record(desk)})
    with_picture = with_extras(desk)
    with tenant_scope(desk.tenant.id):
        with_picture.refresh_from_db()
    cell = render_to_string("recordings/_thumbnail.html", {"recording": with_picture})
    assert f'src="/desk/recordings/{with_picture.id}/thumbnail/" alt=""' in cell
