"""A ticket to another origin of the tenant: what is forged, late, used or of somebody else is refused alike."""

import base64
import hashlib
import hmac
import json
import os
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from assist.channel.capture_code import capture_code, integrity_of
from assist.channel.hand_over import FOR_FRAME, FOR_LINK, hand_over_part
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.channel.peers import ORIGIN
from tests.channel.scene import Scene


def ticket(
    scene: Scene, *, token: str = "", life_seconds: float = 60, session_id: UUID | None = None, use: bytes = FOR_LINK
) -> bytes:
    """As web/capture/hand_over.ts makes it; undecoded bytes."""
    session_id = session_id or scene.session_id
    with tenant_scope(scene.tenant.id):
        key = bytes.fromhex(hand_over_part(session_id)["key"])
    ends = int((timezone.now() + timedelta(seconds=life_seconds)).timestamp())
    nonce = os.urandom(16)
    pad = b"".join(hmac.digest(key, block + nonce, hashlib.sha256) for block in (b"1", b"2"))
    hidden = bytes(one ^ other for one, other in zip((token or scene.token).encode(), pad, strict=False))
    body = session_id.bytes + ends.to_bytes(4, "big") + nonce + hidden
    return body + hmac.digest(key, use + body, hashlib.sha256)[:16]


def join(scene: Scene, raw: bytes, *, public_key: str = "", origin: str = ORIGIN):
    return call("join", {"public_key": public_key or scene.tenant.public_key, "ticket": as_text(raw)}, origin)


def ask_in_frame(scene: Scene, raw: bytes, *, parent: str = ORIGIN, origin: str = ORIGIN, public_key: str = ""):
    key = public_key or scene.tenant.public_key
    return call("frame", {"public_key": key, "ticket": as_text(raw), "parent": parent}, origin)


def as_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def call(name: str, body: dict[str, str], origin: str):
    return Client().post(
        f"/assist/links/{name}/", json.dumps(body), content_type="application/json", headers={"origin": origin}
    )


def test_ticket_gives_the_way_in_once(channel: Scene) -> None:
    raw = ticket(channel)
    answer = join(channel, raw)
    assert answer.status_code == 200
    assert (answer.json()["session_id"], answer.json()["channel_token"]) == (str(channel.session_id), channel.token)
    assert join(channel, raw).json()["code"] == "expired"
    assert join(channel, ticket(channel)).status_code == 200


SPOILT = {
    "too late": lambda scene: ticket(scene, life_seconds=-1),
    "longer than any": lambda scene: ticket(scene, life_seconds=3600),
    "of another token": lambda scene: ticket(scene, token="x" * 43),
    "of no session": lambda scene: ticket(scene, session_id=UUID(int=7)),
    "changed": lambda scene: ticket(scene)[:-1] + b"\x00\x01",
    "cut": lambda scene: ticket(scene)[:40],
    "nothing": lambda scene: b"a",
}


@pytest.mark.parametrize("how", list(SPOILT))
def test_ticket_that_is_no_good_is_refused(channel: Scene, how: str) -> None:
    answer = join(channel, SPOILT[how](channel))
    assert (answer.status_code, answer.json()["code"]) == (410, "expired")


def test_ticket_of_an_ended_session_is_refused(channel: Scene) -> None:
    raw = ticket(channel)
    channel.end()
    assert join(channel, raw).json()["code"] == "expired"


def test_ticket_of_another_tenant_is_refused(channel: Scene) -> None:
    other = factories.tenant()
    assert join(channel, ticket(channel), public_key=other.public_key).json()["code"] == "expired"
    assert join(channel, ticket(channel), origin="https://stranger.example").json()["code"] == "bad_origin"
    assert join(channel, ticket(channel)).status_code == 200


@pytest.mark.parametrize("origin", [ORIGIN, "null"])
def test_frame_gets_the_capture_code_once_and_no_way_in(channel: Scene, origin: str) -> None:
    raw = ticket(channel, use=FOR_FRAME)
    answer = ask_in_frame(channel, raw, origin=origin)
    assert answer.json().keys() == {"url", "integrity", "masking"}
    assert answer.json()["masking"] == channel.tenant.masking
    assert answer.json()["integrity"] == integrity_of(capture_code("framed"))
    address = urlsplit(answer.json()["url"])
    assert Client().get(f"{address.path}?{address.query}").content == capture_code("framed").text
    assert ask_in_frame(channel, raw, origin=origin).json()["code"] == "expired"
    assert channel.token not in answer.content.decode()


def test_ticket_for_a_frame_is_none_for_a_link(channel: Scene) -> None:
    raw = ticket(channel, use=FOR_FRAME)
    assert join(channel, raw).json()["code"] == "expired"
    assert ask_in_frame(channel, ticket(channel)).json()["code"] == "expired"
    assert ask_in_frame(channel, raw).status_code == 200


def test_frame_of_a_stranger_or_in_one_gets_nothing(channel: Scene) -> None:
    raw = ticket(channel, use=FOR_FRAME)
    for around, own in (("https://stranger.example", ORIGIN), ("null", ORIGIN), (ORIGIN, "https://stranger.example")):
        answer = ask_in_frame(channel, raw, parent=around, origin=own)
        assert (answer.status_code, answer.json()["code"]) == (403, "bad_origin")
    assert ask_in_frame(channel, raw, public_key=factories.tenant().public_key).json()["code"] in (
        "expired",
        "bad_origin",
    )
    assert ask_in_frame(channel, raw).status_code == 200


def test_frame_of_an_ended_session_gets_nothing(channel: Scene) -> None:
    raw = ticket(channel, use=FOR_FRAME)
    channel.end()
    assert ask_in_frame(channel, raw).json()["code"] == "expired"
