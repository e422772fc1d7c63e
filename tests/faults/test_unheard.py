"""What was published and never arrived: Valkey restarts between the two, and whoever did not hear it reads it there."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assist.channel.models import EndReason
from assist.channel.protocol import FrameKind
from helpdesk.embedded.process import wait_until_ready
from helpdesk.embedded.state import State
from helpdesk.embedded.valkey import Valkey
from tests.channel.peers import VisitorPeer
from tests.faults.proxy import Proxy
from tests.webserver import WebServer


class Scene:
    """Two web processes on one Valkey of their own; all that `far` hears of it comes through `line`."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        valkey = Valkey(State(home), durable=False)
        (self.valkey,) = valkey.children()
        self.line = Proxy([valkey.port])
        self.valkey.start()
        wait_until_ready([self.valkey])
        url = valkey.environment()["REDIS_URL"]
        through = urlsplit(url)
        netloc = f"{through.netloc.rpartition(':')[0]}:{self.line.port}"
        self.near, self.far = WebServer(home), WebServer(home)
        for web, address in ((self.near, url), (self.far, through._replace(netloc=netloc).geturl())):
            monkeypatch.setenv("REDIS_URL", address)
            web.start()

    def stop(self) -> None:
        for web in (self.near, self.far):
            web.kill()
        self.line.stop()
        self.valkey.stop()

    async def restart_valkey(self) -> None:
        """What is on its way to `far` is lost, what is stored is there again."""
        self.valkey.stop()
        self.line.cut()
        self.line.release()
        self.valkey.start()
        await asyncio.to_thread(wait_until_ready, [self.valkey])


@pytest.fixture
def scene(tmp_path: Path, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    made = Scene(tmp_path, monkeypatch)
    yield made
    made.stop()


@pytest.fixture
def channel(scene: Scene) -> Any:
    from tests.channel.scene import make_scene

    return make_scene(scene.near)


def tab(channel: Any, web: WebServer) -> VisitorPeer:
    return VisitorPeer(web.socket_url(f"/ws/assist/visitor/{channel.session_id}/"))


def told(peer: VisitorPeer) -> list[bool]:
    return [message["paused"] for message in peer.messages if message["type"] == "paused"]


async def test_other_tab_follows_a_choice_whose_word_was_lost(channel: Any, scene: Scene) -> None:
    async with tab(channel, scene.near) as chooses, tab(channel, scene.far) as follows:
        await chooses.hello(token=channel.token)
        await follows.hello(token=channel.token)
        scene.line.hold()
        await chooses.stored(await chooses.send(FrameKind.PAUSE))
        assert told(follows) == []
        await scene.restart_valkey()
        await follows.until(lambda: told(follows) == [True], within_seconds=30)
        await chooses.stored(await chooses.send(FrameKind.RESUME), within_seconds=30)
        await follows.until(lambda: told(follows) == [True, False], within_seconds=30)
        assert told(chooses) == []


async def test_other_tab_learns_of_the_end_whose_word_was_lost(channel: Any, scene: Scene) -> None:
    async with tab(channel, scene.near) as ends, tab(channel, scene.far) as learns:
        await ends.hello(token=channel.token)
        await learns.hello(token=channel.token)
        scene.line.hold()
        await ends.say("end", reason="done")
        await ends.heard("ended")
        await scene.restart_valkey()
        assert (await learns.heard("ended", within_seconds=30))["reason"] == EndReason.VISITOR_ENDED


async def test_process_hears_again_after_the_machine_of_valkey_has_gone_without_a_word(
    channel: Any, scene: Scene
) -> None:
    """The system gives up the connections that a process has to it, and tells so with an error of its own."""
    async with tab(channel, scene.far) as hears, channel.console() as console:
        await hears.hello(token=channel.token)
        await console.hello()
        scene.line.deafen()
        asked = {"page": hears.tab << 16 | 1, "detail": ""}

        def resyncs() -> list[Any]:
            return [message for message in hears.messages if message["type"] == "resync"]

        async with asyncio.timeout(75):
            while not resyncs():
                await hears.say("ping", time=0)
                await console.say("resync", **asked)
                with contextlib.suppress(TimeoutError):
                    await hears.until(resyncs, within_seconds=1)
