"""A real session: pages of a real site, captured by the capture code in a real browser, put into the archive."""

import io
import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from assist.channel.models import AssistSession, EndReason, SessionState
from assist.channel.protocol import Frame, FrameKind, decode_frame, encode_frame
from helpdesk.tenants import store
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.keys import object_key
from recordings.archive.segments import JournalEntry, encode_segment
from tests import factories
from tests.capture import sites
from tests.capture.rig import Rig, rig

QUIET_MS = 1200
CHARTS_MS = 1500


@dataclass
class Checkpoint:
    """What the visitor saw at `at_ms`, height × width × 3 RGB, and read; nothing moved for a while before."""

    name: str
    at_ms: float
    picture: np.ndarray
    text: str = ""


@dataclass
class Recorded:
    """Times in ms since 1970."""

    started_ms: float
    ended_ms: float = 0
    frames: list[bytes] = field(default_factory=list)
    assets: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    checkpoints: list[Checkpoint] = field(default_factory=list)


def record(browser: object, *, folder: Path = sites.SB_ADMIN) -> Recorded:
    """A visitor on several pages, who types, scrolls, opens a dialog, resizes and goes back."""
    with rig(browser, folder) as made:  # type: ignore[arg-type]
        recorded = Recorded(started_ms=time.time() * 1000)
        _visit(made, recorded)
        recorded.ended_ms = time.time() * 1000
        recorded.frames, recorded.assets = renumbered(made.frames), dict(made.store)
    return recorded


def renumbered(frames: list[bytes]) -> list[bytes]:
    """As the channel would have them: it sends again what a navigation swallowed, which the rig does not."""
    return [encode_frame(decode_frame(frame)._replace(seq=seq)) for seq, frame in enumerate(frames, start=1)]


def _visit(made: Rig, recorded: Recorded) -> None:
    visitor = made.visitor
    made.open("index.html")
    visitor.wait_for_timeout(CHARTS_MS)
    _checkpoint(visitor, recorded, "dashboard")
    visitor.mouse.move(100, 100)
    visitor.mouse.move(620, 400, steps=10)
    visitor.click("#userDropdown")
    visitor.click("text=Logout")
    _checkpoint(visitor, recorded, "dialog")
    visitor.click("#logoutModal >> text=Cancel")
    visitor.wait_for_timeout(QUIET_MS)
    made.open("tables.html")
    visitor.mouse.wheel(0, 300)
    _checkpoint(visitor, recorded, "scrolled table")
    made.open("buttons.html")
    visitor.set_viewport_size({"width": 1024, "height": 640})
    _checkpoint(visitor, recorded, "smaller window")
    visitor.go_back()
    _checkpoint(visitor, recorded, "back at the table")


def _checkpoint(visitor: Page, recorded: Recorded, name: str) -> None:
    visitor.wait_for_timeout(QUIET_MS)
    at_ms = time.time() * 1000
    picture = np.asarray(Image.open(io.BytesIO(visitor.screenshot())).convert("RGB"))
    recorded.checkpoints.append(Checkpoint(name, at_ms, picture, visitor.inner_text("body")))
    visitor.wait_for_timeout(300)


def archive(recorded: Recorded, *, offset_ms: float = 7_000) -> AssistSession:
    """An ended session of the current tenant with this archive; the server's clock is `offset_ms` ahead."""
    session = factories.assist_session(
        state=SessionState.ENDED,
        end_reason=EndReason.VISITOR_ENDED,
        started_at=_moment(recorded.started_ms + offset_ms),
        ended_at=_moment(recorded.ended_ms + offset_ms),
        archive_closed_at=_moment(recorded.ended_ms + offset_ms),
    )
    write_segments(session.id, [hello(recorded, offset_ms), *recorded.frames], offset_ms=offset_ms)
    for digest, (content_type, body) in recorded.assets.items():
        store.put(object_key(current_tenant_id(), "assets", digest), body)
        asset = factories.asset(sha256=digest, content_type=content_type, size_bytes=len(body))
        factories.session_asset(session=session, asset=asset)
    return session


def write_segments(session_id: UUID, frames: list[bytes], *, offset_ms: float, of: int = 3) -> None:
    """Put the frames into `of` archive segments; each came as soon as it was made."""
    size = max(1, -(-len(frames) // of))
    for number, start in enumerate(range(0, len(frames), size), start=1):
        part = frames[start : start + size]
        data = encode_segment(_arrived(frame, offset_ms) for frame in part)
        key = object_key(current_tenant_id(), "sessions", session_id, "segments", number)
        store.put(key, data)
        factories.archive_segment(
            session_id=session_id,
            number=number,
            object_key=key,
            sha256=sha256(data).hexdigest(),
            size_bytes=len(data),
            frame_count=len(part),
            last_journal_id=f"{number}-0",
        )


def without_frames(recorded: Recorded, *, from_ms: float, to_ms: float) -> Recorded:
    """The same session, what was sent in between lost."""
    kept = [frame for frame in recorded.frames if not from_ms <= decode_frame(frame).time < to_ms]
    return Recorded(recorded.started_ms, recorded.ended_ms, kept, recorded.assets, recorded.checkpoints)


def hello(recorded: Recorded, offset_ms: float) -> bytes:
    payload = f'{{"tab": 1, "offset_ms": {offset_ms}}}'.encode()
    return encode_frame(Frame(FrameKind.TAB_HELLO, 0, 0, 0, recorded.started_ms + offset_ms, payload))


def _arrived(data: bytes, offset_ms: float) -> JournalEntry:
    frame = decode_frame(data)
    return JournalEntry(b"", math.ceil(frame.time + (offset_ms if frame.seq else 0)), data)


def _moment(at_ms: float) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
