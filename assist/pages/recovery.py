"""Pages' rows from frames that are on their way into the archive: what a killed process did not write."""

from collections.abc import Iterable
from uuid import UUID

from assist.channel.frames import time_of
from assist.channel.protocol import BadFrame, Frame, FrameKind, decode_frame
from assist.pages.actions import add_missing_page, close_page
from assist.pages.frames import ENTER, arrival


def recover_pages(session_id: UUID, *, frames: Iterable[tuple[float, bytes]]) -> None:
    """`frames` with the times of their arrival, ms since 1970. In the tenant's scope; idempotent."""
    for received_ms, data in frames:
        if data[0] in (FrameKind.PAGE_ENTER, FrameKind.PAGE_CLOSE):
            _recover(session_id, decode_frame(data)._replace(time=received_ms))


def _recover(session_id: UUID, frame: Frame) -> None:
    if frame.kind == FrameKind.PAGE_CLOSE:
        close_page(session_id, number=frame.page, at=time_of(frame))
        return
    try:
        values, _viewport = arrival(frame, ENTER)
    except BadFrame:
        return  # was taken by an older release with other fields
    add_missing_page(session_id, **values)
