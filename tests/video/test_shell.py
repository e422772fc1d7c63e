"""The shell can reach nothing, and leaves nothing behind."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recordings.video import screencast
from recordings.video.cdp import Browser, BrowserFailed
from recordings.video.launch import open_browser
from recordings.video.shell import StageShell
from tests.video.stage import EPOCH_MS, SCRIPT, open_stage, page, shell_path

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
DIGEST = "a" * 64


class Canary:
    """A server that notes whoever connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.visitors: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self.socket.accept()
            except OSError:
                return
            self.visitors.append(str(address))
            connection.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    server = Canary()
    yield server
    server.socket.close()


def hostile_html(url: str) -> str:
    """Every way of markup to ask for something, each with an address of its own."""
    tags = [
        f"<img src='{url}/img'><img srcset='{url}/srcset 1x'><picture><source srcset='{url}/source'><img></picture>",
        f"<link rel=stylesheet href='{url}/css'><link rel=preload as=image href='{url}/preload'>",
        f"<link rel=dns-prefetch href='{url}'><link rel=preconnect href='{url}'><link rel=prefetch href='{url}/p'>",
        f"<style>@import '{url}/import';@font-face{{font-family:x;src:url({url}/font)}}body{{font-family:x;",
        f"background:url({url}/bg)}}</style>",
        f"<video src='{url}/video' poster='{url}/poster' autoplay></video><audio src='{url}/audio' autoplay></audio>",
        f"<iframe src='{url}/frame'></iframe><object data='{url}/object'></object><embed src='{url}/embed'>",
        f"<form action='{url}/form'><input></form><a ping='{url}/ping' href='{url}/a'>a</a>",
        f"<meta http-equiv=refresh content='0;url={url}/refresh'><base href='{url}/base/'>",
        f"<svg><image href='{url}/svg'/><use href='{url}/use#x'/></svg>",
        f"<script>parent.ran=1;fetch('{url}/script')</script><img src=x onerror=\"parent.ran=1;fetch('{url}/on')\">",
    ]
    return f"<head></head><body>{''.join(tags)}text 你好 😀</body>"


def test_hostile_page_reaches_nobody(canary: Canary) -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        with open_stage([page(0, hostile_html(f"http://{host}:{canary.port}"))]) as shell:
            shell.set_size(width=320, height=240)
            shell.seek(EPOCH_MS + 1)
            shell.start_clock(EPOCH_MS)
            for at_ms in range(0, 5000, 50):
                shell.draw(EPOCH_MS + at_ms)
            assert shell.picture().startswith(b"\xff\xd8")
            assert shell.evaluate("window.ran ?? null") is None
    assert canary.visitors == []


def test_script_of_our_own_reaches_nobody(canary: Canary) -> None:
    """Even with the stage taken over, policy, interception and resolver each stand in the way."""
    with open_stage([page(0, "<body></body>")]) as shell:
        shell.evaluate(f"fetch('http://127.0.0.1:{canary.port}/').catch(() => 0)")
        shell.evaluate(f"void new WebSocket('ws://127.0.0.1:{canary.port}/')")
        peer = f"new RTCPeerConnection({{iceServers:[{{urls:'stun:127.0.0.1:{canary.port}?transport=tcp'}}]}})"
        shell.evaluate(
            f"(async () => {{const p = {peer}; p.createDataChannel('x');"
            "await p.setLocalDescription(await p.createOffer());})().catch(() => 0)"
        )
        shell.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert canary.visitors == []


def test_assets_come_from_the_session_only() -> None:
    other = "b" * 64
    html = f"<body><img id=a src='/assets/{DIGEST}'><img id=b src='/assets/{other}'></body>"
    with open_stage([page(0, html)], assets={DIGEST: ("image/png", PNG)}) as shell:
        shell.seek(EPOCH_MS + 1)
        width = "document.querySelector('iframe').contentDocument.getElementById('{}').naturalWidth"
        assert shell.evaluate(width.format("a")) == 1
        assert shell.evaluate(width.format("b")) == 0
        assert shell.refused == [f"https://stage.alongside.invalid/assets/{other}"]


def test_no_frame_is_asked_for_while_a_page_settles() -> None:
    """One that falls between a style sheet and its arrival is never answered."""
    with open_stage([page(0, "<body></body>")]) as shell:
        settling = "requestAnimationFrame(() => { frames++; }); setTimeout(() => done(frames), 300)"
        assert shell.evaluate(f"new Promise((done) => {{ let frames = 0; {settling}; }})") == 0


def running_in_group(group: int) -> list[int]:
    """Processes of the group that are more than an exit status that nobody has read yet."""
    fields = (stat.read_text().rpartition(")")[2].split() for stat in Path("/proc").glob("[0-9]*/stat"))
    return [group for state, _parent, of_group, *_rest in fields if int(of_group) == group and state != "Z"]


def wait_until(condition: Callable[[], bool], *, within_seconds: float = 10) -> None:
    deadline = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_closed_browser_leaves_no_process_and_no_folder() -> None:
    browser = open_browser(shell_path())
    profile = Path(browser._profile)
    assert profile.is_dir()
    browser.close()
    assert not profile.exists()
    wait_until(lambda: not running_in_group(browser.pid))


def test_killed_worker_takes_its_browser_along() -> None:
    """The pipe closes with the worker's process, however that ends."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        browser = open_browser(shell_path())
        os.write(writer, f"{browser.pid} {browser._profile}".encode())
        signal.pause()
    pid, profile = os.read(reader, 200).decode().split(" ", 1)
    assert running_in_group(int(pid))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    wait_until(lambda: not running_in_group(int(pid)))
    open_browser(shell_path()).close()
    assert not Path(profile).exists()


def test_page_leaves_nothing_in_a_browser_that_is_kept() -> None:
    """Neither what it had stored, nor its process, nor anything that answers its requests."""
    secret = {"a" * 64: ("image/png", b"of the one before")}
    one = open_stage([page(0, "<body></body>")], assets=secret)
    one.evaluate("localStorage.setItem('kept', 'yes')")
    before = running_in_group(one._browser.pid)
    browser = one.leave()
    with StageShell(browser, script=SCRIPT, find_asset=lambda _: None, width=320, height=240) as other:
        other.load([page(0, "<body></body>")])
        assert other.evaluate("localStorage.getItem('kept')") is None
        assert other.evaluate("fetch('/assets/' + 'a'.repeat(64)).then(() => 'there', () => 'refused')") == "refused"
        wait_until(lambda: len(running_in_group(browser.pid)) <= len(before))


def test_nothing_is_answered_any_more_to_a_page_that_is_left() -> None:
    asked: list[str] = []
    shell = open_stage([page(0, "<body></body>")])
    browser = shell._browser
    shell._answers._find_asset = asked.append  # type: ignore[assignment]
    shell._send_and_forget(f"void fetch('/assets/{DIGEST}')")
    while not any(message.get("method") == "Fetch.requestPaused" for message in browser._backlog):
        browser._receive(until=time.monotonic() + 10, bounded=True)
    shell.leave().close()
    assert asked == []


@pytest.mark.parametrize("seconds", [0.0, None])
def test_wait_for_a_picture_has_bounds(seconds: float | None) -> None:
    cast = screencast.Screencast(None, "")  # type: ignore[arg-type]
    for _ in range(1000):
        cast._learn(seconds)
    assert screencast.LEAST_USUAL_SECONDS <= cast._usual_seconds <= screencast.MOST_USUAL_SECONDS
    for _ in range(100):
        cast._learn(0.006)
    assert 0.005 < cast._usual_seconds < 0.007


def test_browser_that_does_not_answer_fails_in_time() -> None:
    with StageShell(
        open_browser(shell_path()), script=SCRIPT, find_asset=lambda _: None, width=320, height=240
    ) as shell:
        shell._browser.deadline = time.monotonic() + 1
        started = time.monotonic()
        with pytest.raises(BrowserFailed):
            shell._call("Runtime.evaluate", {"expression": "for(;;);"})
        assert time.monotonic() - started < 5


def test_browser_over_its_memory_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recordings.video.cdp.MEMORY_LIMIT_BYTES", 400_000_000)
    with open_stage([page(0, "<body></body>")]) as shell, pytest.raises(BrowserFailed, match="more than 400 MB"):
        shell.evaluate(
            "(async () => { window.kept = []; for (;;) { kept.push(new Uint8Array(2e7).fill(1));"
            " await new Promise((done) => setTimeout(done, 1)); } })()"
        )


def test_missing_program_is_named() -> None:
    with pytest.raises(FileNotFoundError):
        Browser("/nowhere/shell", flags=())
