"""Which page the visitor is on, by what frames say: the rule of scripts/append.lua, for who reads an archive."""

from assist.channel.limits import FRONT_LATE_MS
from assist.channel.protocol import COUNTER_BITS, TAB_SHIFT, Frame, FrameFlag, FrameKind

ENTERING = (FrameKind.PAGE_ENTER, FrameKind.HISTORY)


class FrontPage:
    """`page` is 0 while there is none."""

    def __init__(self) -> None:
        self.page = 0
        self._at = 0.0

    def take(self, frame: Frame) -> None:
        if not frame.page & COUNTER_BITS or not (self._enters(frame) or frame.flags & FrameFlag.FRONT):
            return
        if not self._at - FRONT_LATE_MS < frame.time < self._at:
            self.page, self._at = frame.page, frame.time

    def _enters(self, frame: Frame) -> bool:
        is_here = not frame.flags & FrameFlag.BACKGROUND or not self.page or frame.tab == self.page >> TAB_SHIFT
        return frame.kind in ENTERING and is_here
