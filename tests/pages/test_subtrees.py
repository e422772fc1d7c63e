"""Subtrees: known once a tenant, wanted when a second session has them, and kept only under their own digest."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from assist.channel.actions import open_session
from assist.channel.limits import ASKED_SUBTREES
from assist.channel.protocol import CLOSE_CODES, ErrorCode
from assist.pages import actions
from assist.pages.models import AskedSubtree
from assist.pages.queries import asset_for
from assist.pages.subtrees import MOST_BYTES, NAME_LENGTH, SUBTREE_TYPE, NoSubtree, subtree_digest
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.channel.scene import Scene, make_scene
from tests.pages.test_assets import put

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "subtrees" / "vectors.json").read_text())
TEXT = VECTORS[0]["text"].encode()
SHA256 = VECTORS[0]["sha256"]
NAME = SHA256[:NAME_LENGTH]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_digest_is_that_of_the_visitors_side(vector: dict[str, str]) -> None:
    assert subtree_digest(vector["text"].encode()) == vector["sha256"]


def deep(levels: int) -> bytes:
    return b'[1,"p",{"title":"%s"},[' % (b"t" * 2000) * levels + b"]]" * levels


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"null",
        b"NaN",
        b'"short"',
        b'[1,"p",{},["short"]]',
        b'[1,"p",{},["%s", 1]]' % (b"x" * 2000),
        b'["%s"]' % (b"0" * 64),
        b'[1,"p",{"title":"%s"},[["%s"]]]' % (b"t" * 2000, b"0" * 64),
        b'[1,"p",{"title":"%s"},[],{"block":[1,2]}]' % (b"t" * 2000),
        b'[1,"p",{"title":"%s"},[],[]]' % (b"t" * 2000),
        b'[1,"p",{"title":"%s"},[],{},{}]' % (b"t" * 2000),
        b'"%s"' % (b"x" * MOST_BYTES),
        deep(300),
        b"[" * 100_000,
    ],
)
def test_what_is_no_subtree_has_no_digest(data: bytes) -> None:
    with pytest.raises(NoSubtree):
        subtree_digest(data)


def test_subtree_is_kept_under_its_digest_only(channel: Scene) -> None:
    given = {"content_type": SUBTREE_TYPE}
    other = put(channel, TEXT.replace(b"item 7", b"item 8"), sha256=SHA256, **given)
    assert (other.status_code, other.json()["code"]) == (422, "wrong_digest")
    nothing = put(channel, b"[]", sha256=SHA256, **given)
    assert (nothing.status_code, nothing.json()["code"]) == (415, "bad_type")
    assert put(channel, TEXT, sha256=SHA256, **given).status_code == 201
    with tenant_scope(channel.tenant.id):
        asset = asset_for(channel.session_id, SHA256)
        assert asset
        assert (asset.content_type, asset.subtree) == (SUBTREE_TYPE, NAME)


def test_subtree_that_the_store_has_stays_as_it_is(channel: Scene) -> None:
    """Archives refer to it: who sends other bytes of the same digest does not change what they show."""
    given = {"sha256": SHA256, "content_type": SUBTREE_TYPE}
    assert put(channel, TEXT, **given).status_code == 201
    other = second(channel)
    assert put(other, b" " + TEXT, token=other.token, **given).status_code == 201
    assert store.get(f"tenants/{channel.tenant.id}/assets/{SHA256}") == TEXT


def test_no_tag_makes_a_subtree_into_another() -> None:
    """The first tag of the second would be the beginning of the first up to `p`, quotes and brackets among it."""
    filler = {"title": "t" * 2000}
    honest = [1, "section", filler, [[1, "p", {}, [[1, "b", {}, []]]], [1, "div", {}, []]]]
    first = f'section",[["title","{filler["title"]}"]],[[1,"p'
    second_tag = 'b",[],[],[null,null,null,null,null]]],[null,null,null,null,null]],[1,"div'
    hostile = [1, first, {}, [[1, second_tag, {}, []]]]
    digests = [subtree_digest(json.dumps(tree).encode()) for tree in (honest, hostile)]
    assert digests[0] != digests[1]


def ask(scene: Scene, *names: str) -> tuple[list[str], list[int]]:
    with tenant_scope(scene.tenant.id):
        return actions.ask_subtrees(scene.session_id, names=list(names))


def second(scene: Scene) -> Scene:
    """Another session of the same tenant."""
    with tenant_scope(scene.tenant.id):
        session = factories.assist_session(agent=scene.agent)
        token = open_session(session.id)
    return replace(scene, session_id=session.id, token=token)


def test_first_session_is_asked_for_nothing(channel: Scene) -> None:
    assert [ask(channel, NAME, "0" * 12) for _twice in range(2)] == [([], []), ([], [])]


def test_second_session_is_asked_for_what_both_have(channel: Scene) -> None:
    ask(channel, NAME)
    assert ask(second(channel), "0" * 12, NAME) == ([], [1])


def test_known_subtree_is_referred_to(channel: Scene) -> None:
    other = second(channel)
    put(channel, TEXT, sha256=SHA256, content_type=SUBTREE_TYPE)
    assert ask(other, "0" * 12, NAME) == ([SHA256], [])
    with tenant_scope(channel.tenant.id):
        assert asset_for(other.session_id, SHA256)


def test_other_tenant_learns_nothing(channel: Scene) -> None:
    put(channel, TEXT, sha256=SHA256, content_type=SUBTREE_TYPE)
    ask(channel, "0" * 12)
    assert ask(make_scene(channel.web), "0" * 12, NAME) == ([], [])


def test_what_a_session_that_is_erased_asked_for_is_forgotten(channel: Scene) -> None:
    ask(channel, NAME)
    with tenant_scope(channel.tenant.id):
        AskedSubtree.objects.get(name=NAME).session.delete()
        assert not AskedSubtree.objects.exists()


def test_asks_of_a_session_are_bounded(channel: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions.limits, "SESSION_SUBTREES", 2)
    ask(channel, *(f"{n:012x}" for n in range(5)))
    with tenant_scope(channel.tenant.id):
        assert AskedSubtree.objects.count() == 2


def test_session_that_is_full_knows_none(channel: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does not refer to its agent can't see."""
    put(second(channel), TEXT, sha256=SHA256, content_type=SUBTREE_TYPE)
    monkeypatch.setattr(actions.limits, "SESSION_ASSETS", 0)
    assert ask(channel, NAME) == ([], [])


async def test_answer_comes_on_the_channel(channel: Scene) -> None:
    other = await sync_to_async(second)(channel)
    await sync_to_async(ask)(other, NAME)
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.say("subtree_ask", names=base64.b64encode(bytes.fromhex("0" * 12 + NAME)).decode())
        answer = await visitor.heard("subtree_answer")
        assert (answer["known"], answer["wanted"]) == ([], [1])


@pytest.mark.parametrize("names", ["?", "é", "AAAA", base64.b64encode(bytes(6 * (ASKED_SUBTREES + 1))).decode(), 1])
async def test_bad_ask_closes(channel: Scene, names: Any) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.say("subtree_ask", names=names)
        assert await visitor.closed() == CLOSE_CODES[ErrorCode.BAD_MESSAGE]
