"""What the visitor's own choices do to the session's row."""

from datetime import UTC, datetime
from uuid import UUID

from assist.channel.actions import pause_session, resume_session, set_viewport
from assist.channel.batches import write_later
from assist.channel.connection import control_payload
from assist.channel.protocol import BadFrame, ErrorCode, Frame, FrameKind
from assist.channel.router import on_frame

VIEWPORT = dict.fromkeys(("width", "height", "dpr", "screen_width", "screen_height", "zoom"), "float")
MAX_SIDE = 100_000


@on_frame(FrameKind.VIEWPORT)
def take_viewport(tenant_id: UUID, session_id: UUID, frame: Frame) -> None:
    viewport = check_viewport(control_payload(frame, VIEWPORT))
    write_later(tenant_id, set_viewport, session_id, of="viewport", viewport=viewport)


@on_frame(FrameKind.PAUSE)
def take_pause(tenant_id: UUID, session_id: UUID, frame: Frame) -> None:
    control_payload(frame, {})
    write_later(tenant_id, pause_session, session_id, of="paused")


@on_frame(FrameKind.RESUME)
def take_resume(tenant_id: UUID, session_id: UUID, frame: Frame) -> None:
    control_payload(frame, {})
    write_later(tenant_id, resume_session, session_id, of="paused")


def check_viewport(viewport: dict[str, object]) -> dict[str, object]:
    """Sizes above 0 and up to MAX_SIDE; raises `BadFrame`."""
    if not all(isinstance(size, int | float) and 0 < size <= MAX_SIDE for size in viewport.values()):
        raise BadFrame(ErrorCode.BAD_FRAME)
    return viewport


def time_of(frame: Frame) -> datetime:
    """Raises `BadFrame` beyond what a date can hold."""
    try:
        return datetime.fromtimestamp(frame.time / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise BadFrame(ErrorCode.BAD_FRAME) from None
