"""The capture code comes through the channel: whole, once, and not again to whom has it."""

import hashlib
import time
import zlib
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from assist.channel.capture_code import TICKET_SECONDS, capture_code, capture_url, tenant_of_ticket
from assist.channel.protocol import FrameFlag, FrameKind
from tests.channel.scene import Scene


async def test_code_comes_in_frames_that_give_its_digest(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        welcome = await visitor.hello(token=channel.token)
        await visitor.until(lambda: visitor.frames and not visitor.frames[-1].flags & FrameFlag.MORE)
        assert {frame.kind for frame in visitor.frames} == {FrameKind.CAPTURE_CODE}
        text = zlib.decompress(b"".join(frame.payload for frame in visitor.frames), -zlib.MAX_WBITS)
        assert len(text) == welcome["capture"]["size_bytes"]
        assert hashlib.sha256(text).hexdigest() == welcome["capture"]["sha256"]


async def test_known_code_does_not_come_again(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token, capture=capture_code().sha256)
        await visitor.stored(await visitor.enter())
        assert visitor.frames == []


async def test_script_for_pages_that_are_not_html_comes_where_it_is_asked_for(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        welcome = await visitor.hello(token=channel.token, capture=capture_code().sha256, native="")
        await visitor.until(lambda: visitor.frames and not visitor.frames[-1].flags & FrameFlag.MORE)
        assert {(frame.kind, frame.page) for frame in visitor.frames} == {(FrameKind.CAPTURE_CODE, 1)}
        text = zlib.decompress(b"".join(frame.payload for frame in visitor.frames), -zlib.MAX_WBITS)
        assert hashlib.sha256(text).hexdigest() == welcome["native"]["sha256"]
    async with channel.visitor() as visitor:
        hello = {"capture": capture_code().sha256, "native": welcome["native"]["sha256"]}
        await visitor.hello(token=channel.token, **hello)
        await visitor.stored(await visitor.enter())
        assert visitor.frames == []


async def test_page_that_lists_hosts_gets_an_address_for_this_session_only(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        welcome = await visitor.hello(token=channel.token, injection="url")
        await visitor.stored(await visitor.enter())
        assert visitor.frames == []
    url, _, ticket = welcome["capture"]["url"].partition("?ticket=")
    assert url.endswith(f"/assist/capture/{channel.session_id}/{capture_code().sha256}.js")
    sha256 = capture_code().sha256
    assert tenant_of_ticket(ticket, session_id=channel.session_id, sha256=sha256) == channel.tenant.id
    assert tenant_of_ticket(ticket, session_id=channel.tenant.id, sha256=sha256) is None
    assert tenant_of_ticket(ticket + "x", session_id=channel.session_id, sha256=sha256) is None


def test_address_of_the_code_is_good_for_a_living_session_and_a_short_time(
    channel: Scene, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = capture_url(channel.tenant.id, channel.session_id, capture_code().sha256)
    address = url.removeprefix(settings.PUBLIC_URL)
    other = capture_url(uuid4(), channel.session_id, capture_code().sha256).removeprefix(settings.PUBLIC_URL)
    host = {"host": urlsplit(settings.PUBLIC_URL).netloc}
    native = capture_url(channel.tenant.id, channel.session_id, capture_code("native").sha256)
    assert client.get(address, headers=host).status_code == 200
    served = client.get(native.removeprefix(settings.PUBLIC_URL), headers=host)
    assert served.content == capture_code("native").text
    assert client.get(other, headers=host).status_code == 404
    now = time.time()
    with monkeypatch.context() as later:
        later.setattr(time, "time", lambda: now + TICKET_SECONDS + 1)
        assert client.get(address, headers=host).status_code == 404
    channel.end()
    assert client.get(address, headers=host).status_code == 404
