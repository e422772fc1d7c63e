"""A visitor in an application that is not a web page, without any toolkit, and what the desk has of it."""

import asyncio
import json
import time
from typing import Any

from alongside_client import Assistance, NativePage
from assist.channel.protocol import Frame, FrameFlag, FrameKind, decode_frame
from tests.loader.conftest import Desk
from tests.page_streams import Said

APP = "https://app.example.com/till"
VIEWPORT = {"width": 640, "height": 480, "dpr": 2, "screen_width": 1920, "screen_height": 1080, "zoom": 1}
WAIT_SECONDS = 20


async def until(read: Any, what: str) -> Any:
    """What `read` gives as soon as it is true, at the latest in WAIT_SECONDS."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := await read()):
        assert time.monotonic() < deadline, f"did not come to hold: {what}"
        await asyncio.sleep(0.02)
    return found


class NativeVisitor:
    """`heard` has all events in order, `settings` are of the tenant."""

    def __init__(self, desk: Desk, *, base_url: str, rules_key: str) -> None:
        self.desk = desk
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.assistance = Assistance(
            desk=base_url, public_key=desk.tenant.public_key, rules_key=rules_key, app=APP, language="en"
        )
        for name in ("requested", "link", "consent", "live", "watching", "paused", "refused", "problem", "ended"):
            self.assistance.on(name, lambda _name=name, **values: self.heard.append((_name, values)))

    async def hears(self, name: str) -> dict[str, Any]:
        """The newest event of this name."""

        async def read() -> list[dict[str, Any]]:
            return [values for kind, values in self.heard if kind == name]

        return (await until(read, f"{name} among {self.heard}"))[-1]

    async def ask(self) -> Any:
        """What accepting the request gave."""
        request = self.assistance.request(note="The till is stuck", title="Till")
        return await self.desk.accept(await asyncio.wrap_future(request))

    async def go_live(self) -> Any:
        """The id of the session."""
        accepted = await self.ask()
        self.assistance.open_link((await self.hears("link"))["url"])
        await self.hears("consent")
        self.assistance.resize(VIEWPORT)
        self.assistance.agree()
        await self.hears("live")
        return accepted.session.pk

    def show(self, page_id: str, *texts: str, **node: Any) -> None:
        children = [{"tag": "Label", "text": text, "rect": [0, 20 * at, 200, 20]} for at, text in enumerate(texts)]
        root = {"tag": "Screen", "rect": [0, 0, 640, 480], "children": children, **node}
        self.assistance.show(NativePage(page_id, f"Till {page_id}", root))


async def frames_of(desk: Desk, session_id: Any) -> list[Frame]:
    """All that the session's tabs have sent."""
    from assist.channel.models import AssistSession
    from recordings.archive import journal

    entries = await desk.within(lambda: list(journal.read(AssistSession.objects.get(pk=session_id))))
    frames = [decode_frame(entry.frame) for entry in entries]
    return [frame for frame in frames if frame.kind < FrameKind.CAPTURE_CODE]


def said(frames: list[Frame]) -> str:
    """What frames say, page streams inflated."""
    streams: dict[int, Said] = {}
    parts = []
    for frame in frames:
        if frame.kind in (FrameKind.SNAPSHOT, FrameKind.OPERATIONS):
            if frame.flags & FrameFlag.STREAM_START:
                streams[frame.page] = Said()
            parts.append(streams[frame.page].text(frame))
        else:
            parts.append(f"{FrameKind(frame.kind).name} {json.dumps(json.loads(frame.payload), ensure_ascii=False)}\n")
    return "".join(parts)
