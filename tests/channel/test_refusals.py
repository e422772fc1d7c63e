"""Bad input: each a stable code, one line in the log, and the connection closed or kept as docs/protocol.md says."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from assist.channel.limits import MAX_CONTROL_BYTES, WINDOW_BYTES
from assist.channel.protocol import CLOSE_CODES, HEADER, HEADER_BYTES, MAX_FRAME_BYTES, ErrorCode, FrameKind
from tests.channel.peers import VIEWPORT
from tests.channel.scene import Scene, make_scene
from tests.channel.weblog import WebLog, refusals_of
from tests.webserver import WebServer

GOOD_ENTER = {"url": "http://localhost:9000/", "title": "T", "kind": "html", "viewport": VIEWPORT}
RUNNING_NATIVE = {"url": " java\nscript:alert(1)", "kind": "native"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """One whose log has nothing of other files' tests, and what comes late is there once it has stopped."""
    server = WebServer(tmp_path_factory.mktemp("refusing"))
    server.start()
    log = WebLog(server.log)
    yield server
    server.stop()
    assert "Traceback" not in "\n".join(log.lines())


@pytest.fixture(autouse=True)
async def each_refusal_is_one_line(channel: Scene) -> AsyncIterator[None]:
    """Holds for every test of this file: nothing is in the log of the web process but one line for each refusal."""
    log = WebLog(channel.web.log)
    yield
    await log.complete()
    assert sorted(log.refusals()) == sorted(code for peer in channel.peers for code in refusals_of(peer))


async def test_hello_with_wrong_token_is_refused(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.say("hello", version=1, token="wrong", tab=0, capture="", injection="inline", time=0, loader="1")
        assert await visitor.closed() == CLOSE_CODES[ErrorCode.BAD_TOKEN]
        assert visitor.errors() == [ErrorCode.BAD_TOKEN]


async def test_hello_with_the_token_of_another_session_is_refused(channel: Scene) -> None:
    other = await sync_to_async(make_scene)(channel.web)
    async with channel.visitor() as visitor:
        await visitor.say(
            "hello", version=1, token=other.token, tab=0, capture="", injection="inline", time=0, loader="1"
        )
        assert await visitor.closed() == CLOSE_CODES[ErrorCode.BAD_TOKEN]


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_hello_from_a_wrong_origin_is_refused(channel: Scene, origin: str | None) -> None:
    async with channel.visitor(origin=origin) as visitor:
        await visitor.say(
            "hello", version=1, token=channel.token, tab=0, capture="", injection="inline", time=0, loader="1"
        )
        assert await visitor.closed() == CLOSE_CODES[ErrorCode.BAD_ORIGIN]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"version": 99}, ErrorCode.VERSION),
        ({"injection": "eval"}, ErrorCode.BAD_MESSAGE),
        ({"tab": -1}, ErrorCode.BAD_MESSAGE),
        ({"tab": 7}, ErrorCode.BAD_MESSAGE),
        ({"more": 1}, ErrorCode.BAD_MESSAGE),
        ({"token": 1}, ErrorCode.BAD_MESSAGE),
        ({"token": "\ud800"}, ErrorCode.BAD_MESSAGE),
        ({"time": -1}, ErrorCode.BAD_MESSAGE),
        ({"time": 10**400}, ErrorCode.BAD_MESSAGE),
    ],
)
async def test_bad_hello_is_refused(channel: Scene, changed: dict[str, Any], code: str) -> None:
    hello = {"version": 1, "token": channel.token, "tab": 0, "capture": "", "injection": "inline", "time": 0}
    async with channel.visitor() as visitor:
        await visitor.say("hello", **{**hello, "loader": "1", **changed})
        assert await visitor.closed() == CLOSE_CODES[code]


async def test_hello_with_an_endless_time_is_refused(channel: Scene) -> None:
    """The offset of the clocks goes to every console and into the archive, as JSON."""
    hello = {"version": 1, "token": channel.token, "tab": 0, "capture": "", "injection": "inline", "time": 12345}
    async with channel.visitor() as visitor:
        await visitor.socket.send(json.dumps({"type": "hello", **hello, "loader": "1"}).replace("12345", "1e999"))
        assert await visitor.closed() == CLOSE_CODES[ErrorCode.BAD_MESSAGE]


NO_MESSAGES = [
    "",
    "{",
    "[]",
    '{"type": "nothing"}',
    '{"type": "hello", "time": NaN}',
    '{"type": "ping", "time": 1e999}',
    '{"type": "end", "reason": "\\ud800"}',
    "[" * 60000,
]


@pytest.mark.parametrize("text", NO_MESSAGES)
async def test_text_that_is_no_message_closes(channel: Scene, text: str) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.socket.send(text)
        assert await visitor.closed() == CLOSE_CODES[ErrorCode.BAD_MESSAGE]


BAD_FRAMES = {
    "short": (lambda v: b"\x02\x00", ErrorCode.BAD_FRAME),
    "reserved bits": (lambda v: HEADER.pack(2, 0, 1, v.tab << 16 | 1, 1, 0), ErrorCode.BAD_FRAME),
    "unknown flag": (lambda v: HEADER.pack(2, 16, 0, v.tab << 16 | 1, 1, 0), ErrorCode.BAD_FRAME),
    "another tab": (lambda v: HEADER.pack(2, 0, 0, (v.tab + 1) << 16 | 1, 1, 0), ErrorCode.BAD_FRAME),
    "no page": (lambda v: HEADER.pack(2, 0, 0, v.tab << 16, 1, 0), ErrorCode.BAD_FRAME),
    "no seq": (lambda v: HEADER.pack(2, 0, 0, v.tab << 16 | 1, 0, 0), ErrorCode.BAD_FRAME),
    "no time": (lambda v: HEADER.pack(2, 0, 0, v.tab << 16 | 1, 1, float("nan")), ErrorCode.BAD_FRAME),
    "server's kind": (lambda v: v.frame(FrameKind.SESSION_END, seq=1), ErrorCode.UNKNOWN_KIND),
    "unknown kind": (lambda v: v.frame(29, seq=1), ErrorCode.UNKNOWN_KIND),
    "too large": (lambda v: v.frame(FrameKind.SNAPSHOT, b"x" * MAX_FRAME_BYTES, seq=1), ErrorCode.FRAME_TOO_LARGE),
    "long control": (lambda v: v.frame(FrameKind.PAUSE, b" " * (MAX_CONTROL_BYTES + 1), seq=1), ErrorCode.BAD_FRAME),
    "payload no JSON": (lambda v: v.frame(FrameKind.PAGE_ENTER, b"{", seq=1), ErrorCode.BAD_FRAME),
    "unknown field": (
        lambda v: v.frame(FrameKind.PAGE_ENTER, json.dumps({**GOOD_ENTER, "x": 1}).encode(), seq=1),
        ErrorCode.BAD_FRAME,
    ),
    "address that runs": (
        lambda v: v.frame(
            FrameKind.PAGE_ENTER, json.dumps({**GOOD_ENTER, "url": "javascript:alert(1)"}).encode(), seq=1
        ),
        ErrorCode.BAD_FRAME,
    ),
    "address that runs, of a native page": (
        lambda v: v.frame(FrameKind.PAGE_ENTER, json.dumps({**GOOD_ENTER, **RUNNING_NATIVE}).encode(), seq=1),
        ErrorCode.BAD_FRAME,
    ),
    "address that is not on the web": (
        lambda v: v.frame(FrameKind.PAGE_ENTER, json.dumps({**GOOD_ENTER, "url": "bay://loading"}).encode(), seq=1),
        ErrorCode.BAD_FRAME,
    ),
    "wrong page kind": (
        lambda v: v.frame(FrameKind.PAGE_ENTER, json.dumps({**GOOD_ENTER, "kind": "pdf"}).encode(), seq=1),
        ErrorCode.BAD_FRAME,
    ),
    "half a surrogate pair": (
        lambda v: v.frame(FrameKind.PAGE_ENTER, json.dumps({**GOOD_ENTER, "title": "\ud83d"}).encode(), seq=1),
        ErrorCode.BAD_FRAME,
    ),
    "not UTF-8": (
        lambda v: v.frame(FrameKind.PAGE_ENTER, json.dumps(GOOD_ENTER).encode("utf-16"), seq=1),
        ErrorCode.BAD_FRAME,
    ),
    "endless size": (
        lambda v: v.frame(FrameKind.VIEWPORT, json.dumps(VIEWPORT).replace("1920", "1e999").encode(), seq=1),
        ErrorCode.BAD_FRAME,
    ),
    "no size": (
        lambda v: v.frame(FrameKind.VIEWPORT, json.dumps({**VIEWPORT, "width": 0}).encode(), seq=1),
        ErrorCode.BAD_FRAME,
    ),
    "gap from before the first": (
        lambda v: v.frame(FrameKind.GAP, b'{"from_seq": -5, "to_seq": 3, "reason": "x"}', seq=4),
        ErrorCode.BAD_FRAME,
    ),
    "gap over nothing": (
        lambda v: v.frame(FrameKind.GAP, b'{"from_seq": 1, "to_seq": 9, "reason": "x"}', seq=4),
        ErrorCode.BAD_FRAME,
    ),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
async def test_bad_frame_closes_with_its_code(channel: Scene, name: str) -> None:
    make, code = BAD_FRAMES[name]
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.socket.send(make(visitor))
        assert await visitor.closed() == CLOSE_CODES[code]
        assert visitor.errors() == [code]


async def test_out_of_order_frame_is_refused_and_the_connection_kept(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.send(FrameKind.PAUSE, seq=5)
        error = await visitor.heard("error")
        assert (error["code"], error["expected"]) == (ErrorCode.SEQ_GAP, 2)
        await visitor.stored(await visitor.snapshot())
        assert visitor.closed_with is None


async def test_replayed_frame_is_acknowledged_and_stored_once(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await console.heard("queue")
        await visitor.enter()
        await visitor.snapshot()
        await visitor.send(FrameKind.OPERATIONS, b"again", seq=2)
        last = await visitor.operate("scroll", 1, 1, 0, 0)
        await visitor.stored(last)
        await console.until(lambda: console.seqs()[-1:] == [last])
        assert console.seqs() == [1, 2, 3]


async def test_given_up_frames_are_skipped_by_name(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        gap = json.dumps({"from_seq": 2, "to_seq": 9, "reason": "storage"}).encode()
        await visitor.send(FrameKind.GAP, gap, seq=10)
        visitor.seq = 10
        await visitor.stored(await visitor.snapshot())
        assert visitor.errors() == []


async def test_overrun_window_closes(channel: Scene) -> None:
    """Sixteen windows at once: no acknowledgement makes room as fast."""
    async with channel.visitor() as visitor:
        welcome = await visitor.hello(token=channel.token)
        assert welcome["credit"] == WINDOW_BYTES
        payload = b"x" * (MAX_FRAME_BYTES - HEADER_BYTES)
        frames = [visitor.frame(FrameKind.OPERATIONS, payload) for _ in range(64)]
        # Behind each other in one go: a busy client would let the server keep up.
        await asyncio.gather(*(visitor.socket.send(frame) for frame in frames), return_exceptions=True)
        # What it has sent is not read any more: it gives its own part of the goodbye up after ten seconds.
        assert await visitor.closed(within_seconds=30) == CLOSE_CODES[ErrorCode.WINDOW_OVERRUN]


async def test_second_connection_of_a_tab_replaces_the_first(channel: Scene) -> None:
    async with channel.visitor() as first, channel.visitor() as second:
        welcome = await first.hello(token=channel.token)
        await first.stored(await first.enter())
        again = await second.hello(token=channel.token, tab=welcome["tab"])
        assert (again["tab"], again["stored"]) == (welcome["tab"], 1)
        assert await first.closed() == CLOSE_CODES[ErrorCode.REPLACED]
        await second.stored(await second.snapshot())


async def test_console_of_another_tenant_is_refused(channel: Scene) -> None:
    other = await sync_to_async(make_scene)(channel.web)
    async with channel.console(cookie=other.cookie) as console:
        await console.say("hello", version=1, credit=WINDOW_BYTES)
        assert await console.closed() == CLOSE_CODES[ErrorCode.NOT_ALLOWED]


async def test_console_without_sign_in_is_refused(channel: Scene) -> None:
    async with channel.console(cookie="") as console:
        assert await console.closed() == CLOSE_CODES[ErrorCode.NOT_ALLOWED]


async def test_console_from_a_wrong_origin_is_refused(channel: Scene) -> None:
    async with channel.console(origin="http://evil.example") as console:
        assert await console.closed() == CLOSE_CODES[ErrorCode.BAD_ORIGIN]


async def test_console_that_loses_its_membership_is_closed(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await sync_to_async(channel.dismiss_agent)()
        assert await console.closed() == CLOSE_CODES[ErrorCode.NOT_ALLOWED]
