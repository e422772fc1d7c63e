"""An asset of another site over real sockets: what is read, what is asked of the site, and what is refused."""

import gzip
import itertools
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from assist.channel import limits
from assist.pages.assets import AssetRefused
from assist.pages.remote import Remote, read_remote
from tests.pages.other_site import PNG, OtherSite, answer

MIB = 1024 * 1024


@pytest.fixture
def site() -> Iterator[OtherSite]:
    site = OtherSite()
    yield site
    site.stop()


@pytest.fixture
def inner() -> Iterator[OtherSite]:
    """At an address that may not be reached."""
    site = OtherSite("127.0.0.2")
    site.answers["/secret.png"] = answer()
    yield site
    site.stop()


async def read(site: OtherSite, said: bytes | Callable[[socket.socket], None], *more: str) -> Remote:
    site.answers["/a"] = said
    return await read_remote(site.url("/a"), patterns=[f"localhost:{site.port}", *more])


async def refusal(site: OtherSite, said: bytes | Callable[[socket.socket], None], *more: str) -> str:
    with pytest.raises(AssetRefused) as refused:
        await read(site, said, *more)
    return refused.value.code


async def test_picture_is_read_with_nothing_of_the_visitor(site: OtherSite) -> None:
    assert await read(site, answer()) == Remote(PNG, "image/png", limits.FETCHED_SECONDS)
    lines = site.asked[0].lower().split("\r\n")
    assert lines[0] == "get /a http/1.1"
    names = {line.partition(":")[0] for line in lines[1:] if line}
    assert names == {"host", "accept", "accept-encoding", "user-agent", "connection"}
    assert f"host: localhost:{site.port}" in lines


@pytest.mark.parametrize(
    "said",
    [
        answer(gzip.compress(PNG), content_encoding="gzip"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(),
        b"HTTP/1.0 200 OK\r\ncontent-type: image/png\r\n\r\n" + PNG,
        b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ntransfer-encoding: chunked\r\n\r\n"
        + b"%x\r\n%b\r\n0\r\n\r\n" % (len(PNG), PNG),
        answer(kind=""),
    ],
    ids=["gzip", "100", "1.0", "chunked", "no type"],
)
async def test_picture_is_read_however_it_is_sent(site: OtherSite, said: bytes) -> None:
    assert (await read(site, said)).data == PNG


async def test_style_sheet_is_kept_in_utf8(site: OtherSite) -> None:
    found = await read(site, answer("é".encode("latin-1"), kind="text/css; charset=latin1"))
    assert (found.data, found.content_type) == ("é".encode(), "text/css; charset=utf-8")


@pytest.mark.parametrize(
    ("control", "seconds"),
    [("max-age=900", 900), ("max-age=900, s-maxage=1200", 1200), ("max-age=1", 60), ("max-age=999999999", 86_400),
     ("no-store", 60), ("private, max-age=900", 60), ("", 600)],
)  # fmt: skip
async def test_cache_time_counts_within_bounds(site: OtherSite, control: str, seconds: int) -> None:
    assert (await read(site, answer(cache_control=control))).kept_seconds == seconds


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (answer(b"<html>secret</html>", kind="text/html"), "bad_type"),
        (answer(b"<html>secret</html>"), "bad_type"),
        (answer(b'{"secret": 1}', kind="application/json"), "bad_type"),
        (answer(kind="text/html"), "bad_type"),
        (answer(b"OggS", kind="image/png"), "bad_type"),
        (answer(b""), "bad_type"),
        (answer(status="404 Not Found"), "status_404"),
        (answer(status="204 No Content"), "status_204"),
        (answer(status="401 Unauthorized", www_authenticate="Basic"), "status_401"),
        (answer(content_encoding="br"), "bad_encoding"),
        (answer(content_encoding="gzip"), "bad_encoding"),
        (answer(gzip.compress(PNG)[:-4], content_encoding="gzip"), "bad_encoding"),
        (answer(content_length="999"), "not_reachable"),
        (answer(content_length="9" * 19), "too_large"),
        (answer(content_length="9" * 9000), "not_reachable"),
        (b"SSH-2.0-secret\r\n", "not_reachable"),
        (b"", "not_reachable"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 9, "not_reachable"),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "not_reachable"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000 + b"\r\n", "not_reachable"),
    ],
)
async def test_what_is_no_asset_is_refused(site: OtherSite, said: bytes, code: str) -> None:
    assert await refusal(site, said) == code


def endless(first: bytes, more: bytes) -> Callable[[socket.socket], None]:
    """Until the other side has gone."""

    def send(line: socket.socket) -> None:
        line.sendall(first)
        while True:
            line.sendall(more)

    return send


def stuck(first: bytes) -> Callable[[socket.socket], None]:
    """Says that, then nothing until the other side has gone."""

    def send(line: socket.socket) -> None:
        line.sendall(first)
        with suppress(OSError):
            line.recv(1)

    return send


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (answer(PNG + bytes(limits.ASSET_BYTES)), "too_large"),
        (answer(gzip.compress(PNG + bytes(40 * MIB)), content_encoding="gzip"), "too_large"),
        (endless(HEAD + b"\r\n" + PNG, bytes(MIB)), "too_large"),
        (endless(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n\0\r\n" * 10_000), "bad_type"),
        (endless(HEAD + b"\r\nno picture", bytes(MIB)), "bad_type"),
        (endless(HEAD, b"x: y\r\n"), "not_reachable"),
    ],
    ids=["large", "bomb", "endless", "small chunks", "endless lie", "endless head"],
)
async def test_vast_answer_is_not_read_to_its_end(
    site: OtherSite, said: bytes | Callable[[socket.socket], None], code: str
) -> None:
    assert await refusal(site, said) == code


def drips(line: socket.socket) -> None:
    """Always soon another byte, never the end."""
    line.sendall(HEAD + b"\r\n" + PNG)
    line.settimeout(0.05)
    for _byte in itertools.count():
        with suppress(TimeoutError):
            if not line.recv(1):
                return
        line.sendall(b"\0")


@pytest.mark.parametrize(
    "said", [stuck(b""), stuck(HEAD), stuck(HEAD + b"content-length: 99\r\n\r\n" + PNG), drips],
    ids=["silent", "half a head", "half a body", "drips"],
)  # fmt: skip
async def test_slow_site_is_given_up(
    site: OtherSite, said: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FETCH_SECONDS", 0.5)
    assert await refusal(site, said) == "not_reachable"


async def test_redirect_is_followed_where_its_host_is_allowed(site: OtherSite) -> None:
    site.answers["/b c"] = site.answers["/b%20c"] = answer()
    assert (await read(site, answer(b"", status="302 Found", location="/b c"))).data == PNG
    assert site.paths() == ["/a", "/b%20c"]


async def test_redirect_in_a_circle_ends(site: OtherSite) -> None:
    assert await refusal(site, answer(b"", status="302 Found", location="/a")) == "not_reachable"
    assert len(site.asked) == limits.FETCH_REDIRECTS + 1


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://127.0.0.2:{port}/secret.png", "not_allowed"),
        ("http://127.2:{port}/secret.png", "not_reachable"),
        ("//127.2:{port}/secret.png", "not_reachable"),
        ("file:///etc/passwd", "not_allowed"),
        ("gopher://localhost:{port}/", "not_allowed"),
        ("http://user:pw@127.2:{port}/secret.png", "not_allowed"),
        ("http://[::ffff:127.0.0.2]:{port}/secret.png", "not_allowed"),
        ("http://[", "not_allowed"),
        ("", "not_reachable"),
    ],
)
async def test_redirect_to_where_it_may_not_go_is_refused(
    site: OtherSite, inner: OtherSite, location: str, code: str
) -> None:
    said = answer(b"", status="302 Found", location=location.format(port=inner.port))
    assert await refusal(site, said, f"127.2:{inner.port}") == code
    assert not inner.asked


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:{port}/secret.png", "http://127.2:{port}/secret.png", "http://0x7f.2:{port}/secret.png",
        "http://2130706434:{port}/secret.png",
    ],
)  # fmt: skip
async def test_private_address_is_refused_though_the_tenant_names_it(inner: OtherSite, url: str) -> None:
    url = url.format(port=inner.port)
    with pytest.raises(AssetRefused, match="not_reachable"):
        await read_remote(url, patterns=[url.split("/")[2]])
    assert not inner.asked


async def test_name_is_resolved_once_and_that_address_asked(site: OtherSite) -> None:
    """Whose owner gives another answer a moment later gains nothing."""
    inner = OtherSite("127.0.0.2", port=site.port)
    site.answers["/a"] = answer()
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    url, patterns = f"http://cdn.example.com:{site.port}/a", [f"cdn.example.com:{site.port}"]
    try:
        found = await read_remote(url, patterns=patterns, resolve=lambda _host, _port: next(answers))
        assert found.data == PNG
        with pytest.raises(AssetRefused, match="not_reachable"):
            await read_remote(url, patterns=patterns, resolve=lambda _host, _port: next(answers))
    finally:
        inner.stop()
    assert f"\r\nHost: cdn.example.com:{site.port}\r\n" in site.asked[0]
    assert (len(site.asked), inner.asked) == (1, [])


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:{port}/a", "http://cdn.example.com.:{port}/a", "http://cdn.example.com:1/a",
        "http://xcdn.example.com:{port}/a", "http://cdn.example.com/a", "http://cdn.example.com:{port}@localhost/a",
        "http://cdn.example.com:{port}\\@localhost/a", "http://cdn.example.com:{port}/a b",
        "http://cdn.example.com:{port}/a\r\nX: y", "ftp://cdn.example.com:{port}/a", "//cdn.example.com:{port}/a", "",
        "http://cdn.example.com:{port}/" + "a" * 4000,
    ],
)  # fmt: skip
async def test_address_beside_the_patterns_is_refused(site: OtherSite, url: str) -> None:
    with pytest.raises(AssetRefused, match="not_allowed"):
        await read_remote(
            url.format(port=site.port),
            patterns=[f"cdn.example.com:{site.port}"],
            resolve=lambda _host, _port: ["127.0.0.1"],
        )
    assert not site.asked


async def test_site_that_does_not_answer_is_refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(AssetRefused, match="not_reachable"):
            await read_remote(f"http://localhost:{port}/", patterns=[f"localhost:{port}"])
