"""Assets on a socket of their own: in pieces, each answered at once, and held to the bounds of an upload by PUT."""

import gzip
from collections.abc import Awaitable, Callable

import pytest
from asgiref.sync import sync_to_async

from assist.channel import limits
from assist.channel.protocol import CLOSE_CODES, MAX_FRAME_BYTES, ErrorCode
from assist.pages.queries import asset_for
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from tests.channel.peers import UploadPeer
from tests.channel.scene import Scene, make_scene
from tests.pages.test_assets import PNG, digest

LARGE = PNG + bytes(5000)


def refers_to(scene: Scene, sha256: str) -> bool:
    with tenant_scope(scene.tenant.id):
        return asset_for(scene.session_id, sha256) is not None


async def test_asset_in_pieces_is_kept_under_its_digest(channel: Scene) -> None:
    async with channel.uploads() as socket:
        await socket.hello(token=channel.token)
        assert await socket.put(LARGE, sha256=digest(LARGE)) == ""
        got = [message["bytes"] for message in socket.messages if message["type"] == "got"]
    assert got == [*range(1000, len(LARGE), 1000), len(LARGE)]
    assert store.get(f"tenants/{channel.tenant.id}/assets/{digest(LARGE)}") == LARGE
    assert await sync_to_async(refers_to)(channel, digest(LARGE))


async def test_asset_that_is_kept_already_is_kept_again(channel: Scene) -> None:
    async with channel.uploads() as socket:
        await socket.hello(token=channel.token)
        zipped = gzip.compress(LARGE)
        codes = [await socket.put(zipped, sha256=digest(LARGE), is_zipped=True) for _twice in range(2)]
    assert codes == ["", ""]


async def test_next_asset_does_not_wait_for_the_answer(channel: Scene) -> None:
    async with channel.uploads() as socket:
        await socket.hello(token=channel.token)
        for data in (PNG, LARGE):
            await socket.begin(digest(data), len(data))
            await socket.socket.send(data)
        await socket.until(lambda: len(socket.kept()) == 2)
    assert socket.kept() == [(digest(PNG), ""), (digest(LARGE), "")]


async def test_bad_asset_is_answered_and_the_next_one_kept(channel: Scene) -> None:
    bomb = gzip.compress(bytes(limits.ASSET_BYTES + 1))
    async with channel.uploads() as socket:
        await socket.hello(token=channel.token)
        codes = [
            await socket.put(PNG, sha256=digest(b"other")),
            await socket.put(b"<html>", sha256=digest(b"<html>")),
            await socket.put(PNG, sha256=digest(PNG), is_zipped=True),
            await socket.put(bomb, sha256=digest(bomb), is_zipped=True),
            await socket.put(PNG, sha256=digest(PNG)),
        ]
    assert codes == ["wrong_digest", "bad_type", "bad_encoding", "too_large", ""]


Misuse = Callable[[UploadPeer], Awaitable[None]]


async def _too_much(socket: UploadPeer) -> None:
    await socket.begin(digest(PNG), len(PNG))
    await socket.socket.send(PNG + b"more")


async def _too_large_a_piece(socket: UploadPeer) -> None:
    await socket.begin(digest(PNG), limits.ASSET_BYTES)
    await socket.socket.send(bytes(MAX_FRAME_BYTES + 1))


async def _twice(socket: UploadPeer) -> None:
    for _begun in range(2):
        await socket.begin(digest(PNG), len(PNG))


MISUSES: dict[str, tuple[Misuse, str]] = {
    "bytes of no asset": (lambda socket: socket.socket.send(PNG), ErrorCode.BAD_FRAME),
    "more than was said": (_too_much, ErrorCode.BAD_FRAME),
    "too large a piece": (_too_large_a_piece, ErrorCode.FRAME_TOO_LARGE),
    "in the midst of one": (_twice, ErrorCode.BAD_MESSAGE),
    "too large": (lambda socket: socket.begin(digest(PNG), limits.ASSET_BYTES + 1), ErrorCode.BAD_MESSAGE),
    "empty": (lambda socket: socket.begin(digest(b""), 0), ErrorCode.BAD_MESSAGE),
    "no digest": (lambda socket: socket.begin("../" * 21, 1), ErrorCode.BAD_MESSAGE),
    "hello again": (lambda socket: socket.hello(token=""), ErrorCode.BAD_MESSAGE),
}


@pytest.mark.parametrize("name", MISUSES)
async def test_misuse_closes(channel: Scene, name: str) -> None:
    misuse, code = MISUSES[name]
    async with channel.uploads() as socket:
        await socket.hello(token=channel.token)
        await socket.heard("ready")
        await misuse(socket)
        assert await socket.closed() == CLOSE_CODES[code]


@pytest.mark.parametrize("version", [0, 99])
async def test_other_version_is_refused(channel: Scene, version: int) -> None:
    async with channel.uploads() as socket:
        await socket.hello(token=channel.token, version=version)
        assert await socket.closed() == CLOSE_CODES[ErrorCode.VERSION]


async def test_token_of_another_session_is_refused(channel: Scene) -> None:
    other = await sync_to_async(make_scene)(channel.web)
    async with channel.uploads() as socket:
        await socket.hello(token=other.token)
        assert await socket.closed() == CLOSE_CODES[ErrorCode.BAD_TOKEN]


async def test_other_origin_is_refused(channel: Scene) -> None:
    async with channel.uploads(origin="http://evil.example") as socket:
        await socket.hello(token=channel.token)
        assert await socket.closed() == CLOSE_CODES[ErrorCode.BAD_ORIGIN]


async def test_end_of_the_session_closes_it_and_lets_none_in(channel: Scene) -> None:
    async with channel.uploads() as socket:
        await socket.hello(token=channel.token)
        await socket.heard("ready")
        await sync_to_async(channel.end)()
        assert await socket.closed() == CLOSE_CODES[ErrorCode.SESSION_ENDED]
    async with channel.uploads() as late:
        await late.hello(token=channel.token)
        assert await late.closed() == CLOSE_CODES[ErrorCode.SESSION_ENDED]


async def test_few_sockets_of_a_session_upload_at_once(channel: Scene) -> None:
    async with channel.uploads() as waiting:
        first = [await channel.uploads().__aenter__() for _ in range(limits.SESSION_UPLOADS)]
        for socket in first:
            await socket.hello(token=channel.token)
            await socket.heard("ready")
        await waiting.hello(token=channel.token)
        await first[0].put(PNG, sha256=digest(PNG))
        assert waiting.messages == []
        await first[0].__aexit__()
        await waiting.heard("ready")
        for socket in first[1:]:
            await socket.__aexit__()
