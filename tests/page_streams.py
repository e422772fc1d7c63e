"""What page streams say, packed or deflated. To read a packed one takes time, so what was read is kept."""

import hashlib
from dataclasses import dataclass, field

from assist.channel.protocol import Frame
from recordings.archive.streams import PageStream, page_stream

# By what came up to there in a stream; readers that can go on from there take a MB each.
READ: dict[bytes, bytes] = {}
READERS: dict[bytes, PageStream] = {}
MOST_READERS = 16


@dataclass
class Said:
    """Of one stream, whose frames it is given in order."""

    name: bytes = b""
    frames: list[Frame] = field(default_factory=list)

    def text(self, frame: Frame) -> str:
        before, self.name = self.name, hashlib.sha256(self.name + bytes([frame.flags]) + frame.payload).digest()
        self.frames.append(frame)
        if self.name not in READ:
            READERS[self.name] = reader = READERS.pop(before, None) or self._reader()
            READ[self.name] = reader.inflated(frame)
            for name in list(READERS)[:-MOST_READERS]:
                del READERS[name]
        return READ[self.name].decode("utf-8", "replace")

    def _reader(self) -> PageStream:
        first, *_ = self.frames
        reader = page_stream(first, 0)
        for frame in self.frames[:-1]:
            reader.inflated(frame)
        return reader
