"""Assets: offered, wanted only when the tenant's store lacks them, verified, and kept within bounds."""

import gzip
import hashlib
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from assist.channel.limits import ASSET_BYTES, OFFERED_ASSETS
from assist.channel.protocol import CLOSE_CODES, ErrorCode
from assist.pages import actions
from assist.pages.queries import asset_for
from assist.pages.sniff import shown_type
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.channel.peers import ORIGIN
from tests.channel.scene import Scene, make_scene

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def offered(sha256: str) -> str:
    return urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")


def put(
    scene: Scene, data: bytes, *, sha256: str = "", token: str = "", session: UUID | None = None, **headers: Any
) -> Any:
    all_headers = {
        "host": "localhost:8000",
        "origin": ORIGIN,
        "authorization": f"Bearer {token or scene.token}",
        **headers,
    }
    url = f"/assist/assets/{session or scene.session_id}/{sha256 or digest(data)}/"
    content_type = headers.pop("content_type", "image/png")
    return Client(headers=all_headers).put(url, data, content_type=content_type)


def test_asset_is_kept_under_its_digest(channel: Scene) -> None:
    answer = put(channel, PNG)
    assert answer.status_code == 201
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert store.get(f"tenants/{channel.tenant.id}/assets/{digest(PNG)}") == PNG
    with tenant_scope(channel.tenant.id):
        asset = asset_for(channel.session_id, digest(PNG))
        assert asset is not None
        assert (asset.content_type, asset.size_bytes) == ("image/png", len(PNG))
    assert put(channel, PNG).status_code == 200


def test_gzip_is_taken_off(channel: Scene) -> None:
    answer = put(channel, gzip.compress(PNG), sha256=digest(PNG), **{"content-encoding": "gzip"})
    assert answer.status_code == 201
    assert store.get(f"tenants/{channel.tenant.id}/assets/{digest(PNG)}") == PNG


def refusals(scene: Scene) -> dict[str, tuple[Any, int, str]]:
    bomb = gzip.compress(bytes(ASSET_BYTES + 1))
    return {
        "other bytes": (lambda: put(scene, PNG, sha256=digest(b"other")), 422, "wrong_digest"),
        "no digest": (lambda: put(scene, PNG, sha256="x" * 64), 400, "bad_digest"),
        "a document": (lambda: put(scene, b"<html><script></script>"), 415, "bad_type"),
        "a script": (lambda: put(scene, b"alert(1)", content_type="text/javascript"), 415, "bad_type"),
        "empty": (lambda: put(scene, b"", sha256=digest(b"")), 413, "too_large"),
        "too large": (lambda: put(scene, PNG + bytes(ASSET_BYTES)), 413, "too_large"),
        "a bomb": (lambda: put(scene, bomb, sha256=digest(bomb), **{"content-encoding": "gzip"}), 413, "too_large"),
        "no gzip": (lambda: put(scene, PNG, **{"content-encoding": "gzip"}), 400, "bad_encoding"),
        "wrong token": (lambda: put(scene, PNG, token="wrong"), 401, "bad_token"),
        "wrong origin": (lambda: put(scene, PNG, origin="http://evil.example"), 403, "bad_origin"),
    }


@pytest.mark.parametrize("name", refusals(None))  # type: ignore[arg-type]
def test_bad_upload_is_refused(channel: Scene, name: str) -> None:
    call, status, code = refusals(channel)[name]
    answer = call()
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_token_of_another_session_uploads_nothing(channel: Scene) -> None:
    other = make_scene(channel.web)
    answer = put(channel, PNG, token=other.token)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_nothing_is_uploaded_after_the_end(channel: Scene) -> None:
    channel.end()
    answer = put(channel, PNG)
    assert (answer.status_code, answer.json()["code"]) == (409, "session_ended")


def test_session_has_a_bound_of_assets(channel: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions.limits, "SESSION_ASSETS", 1)
    assert put(channel, PNG).status_code == 201
    answer = put(channel, PNG + b"2")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_assets")
    with pytest.raises(store.NoSuchObject):
        store.get(f"tenants/{channel.tenant.id}/assets/{digest(PNG + b'2')}")


def test_offers_of_known_assets_count_as_well(channel: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are referred to without an upload, so the bound of bytes must hold here too."""
    monkeypatch.setattr(actions.limits, "SESSION_ASSET_BYTES", 250)
    names = [digest(name) for name in (b"one", b"two", b"three")]
    with tenant_scope(channel.tenant.id):
        for name in names:
            factories.asset(sha256=name, size_bytes=100)
        for _twice in range(2):
            offers = [actions.Offer(name, 100) for name in names]
            assert actions.offer_assets(channel.session_id, offers=offers) == []
        assert [asset_for(channel.session_id, name) is not None for name in names].count(True) == 2


async def test_only_unknown_assets_are_wanted(channel: Scene) -> None:
    known, unknown, huge = digest(b"known"), digest(b"unknown"), digest(b"huge")
    await sync_to_async(add_asset)(channel, known)
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        offers = [[known, 10], [unknown, 10], [huge, ASSET_BYTES + 1]]
        await visitor.say("asset_offer", assets=[[offered(sha256), size] for sha256, size in offers])
        assert (await visitor.heard("asset_want"))["assets"] == [unknown]
    assert await sync_to_async(refers_to)(channel, known)


@pytest.mark.parametrize(
    "assets",
    [
        [["x", 1]],
        [[1, 2]],
        ["a"],
        [["A" * 42 + "B", 1]],
        [["A" * 43, "1"]],
        [["A" * 43, 1, "t"]],
        [["A" * 43, 1]] * (OFFERED_ASSETS + 1),
    ],
)
async def test_bad_offer_closes(channel: Scene, assets: list[Any]) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.say("asset_offer", assets=assets)
        assert await visitor.closed() == CLOSE_CODES[ErrorCode.BAD_MESSAGE]


@pytest.mark.parametrize(
    ("claimed", "data", "shown"),
    [
        ("text/css", b"body { color: red }", "text/css; charset=utf-8"),
        ("text/css", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "image/svg+xml"),
        ("text/css", b" <html>", None),
        ("text/css", b"[hidden] { display: none }", "text/css; charset=utf-8"),
        ("text/css", b'[1,"p",[["title","the canonical form of a subtree"]],[],[]]', None),
        ("image/svg+xml", b"<?xml version='1.0'?>\n<!-- a --><svg/>", "image/svg+xml"),
        ("image/svg+xml", b"<?xml version='1.0'?>\n<!-- a --><svg viewBox='0'/>", "image/svg+xml"),
        ("image/png", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("application/octet-stream", b"wOF2....", "font/woff2"),
        ("image/png", b"nothing", None),
    ],
)
def test_type_is_what_the_bytes_say(claimed: str, data: bytes, shown: str | None) -> None:
    assert shown_type(claimed, data) == shown


def add_asset(scene: Scene, sha256: str) -> None:
    with tenant_scope(scene.tenant.id):
        factories.asset(sha256=sha256)


def refers_to(scene: Scene, sha256: str) -> bool:
    with tenant_scope(scene.tenant.id):
        return asset_for(scene.session_id, sha256) is not None


def test_a_row_of_comments_is_sniffed_at_once() -> None:
    """Each comment doubled the time: 24 of them took 2 s, and held every other request of the process meanwhile."""
    assert shown_type("image/svg+xml", b"<!---->" * 580 + b"<p>") is None
    assert shown_type("image/svg+xml", b"<!--a-->\n" * 100 + b"<svg>") == "image/svg+xml"
