"""Page streams that are packed: the reading side of `web/protocol/packing.ts` (docs/protocol.md, "Packed streams")."""

import functools
import math
import time

from assist.channel.arithmetic import Given, Written
from assist.channel.guesses import Guesses

# Before the first batch; no raw-deflate stream begins with it.
PACKED = b"\xff"
LINE_END = 10
# A second brings 40 to 90 KB: so often is looked at the clock.
BYTES_BETWEEN_LOOKS = 4096

# What streams often say, which both sides have read before the first byte.
COMMON = (
    '["snapshot",0,[9,[[10,"html","",""],[1,"html",{"lang":"en"},[[1,"head",{},[[1,"meta",{"charset":"utf-8"},[]]'
    ',"\\n",[1,"meta",{"name":"viewport","content":"width=device-width, initial-scale=1"},[]],[1,"title",{},[""]],'
    '[1,"link",{"rel":"stylesheet","href":"https://"},[]]],7],[1,"body",{"class":""},[8,9]]]]],{"scroll":[[1,0,0]'
    '],"values":[[1,"••",0]],"focus":12},{"width":1280,"height":720,"dpr":1,"screen_width":1280,"screen_height":7'
    '20,"zoom":1},1]\n'
    '["pointer",10,[[0,640,360,12,100,-12,3]]]\n'
    '["pointer",220,[[0,512,48,9],[110,496,64,7]]]\n'
    '["click",230,"mousedown",12,640,360]\n'
    '["click",230,"focus",13,0,0]\n'
    '["click",310,"mouseup",12,640,360]\n'
    '["click",310,"click",12,640,360]\n'
    '["mutation",320,{"r":[[12,13]],"a":[[12,0,[1,"div",{"class":"","style":"position: absolute; top: 0px; left: '
    '0px; width: 100px; height: 20px; display: block; opacity: 1; transform: translate(0px, 0px);"},[[1,"span",{}'
    ',["\\n"]]]]]],"t":[[14," "]],"s":[[12,{"aria-expanded":"true","class":null}],[1,{"style":"display: none;"}]],'
    '"e":[[9,{"states":"hover"}]]},15]\n'
    '["mutation",360,{"s":[[13,{"value":"•"}]]},0]\n'
    '["click",390,"blur",13,0,0]\n'
    '["scroll",400,1,0,180]\n'
    '["input",430,13,"••••",0]\n'
    '["assets",440,{"https://":"0123456789abcdef"}]\n'
    '["checkpoint",640,"0123456789abcdef"]\n'
)


class BadPacking(ValueError):
    """`str()` is a stable code: bad_stream, inflates_too_much or takes_too_long."""


class UnpackStream:
    """Is given all that was flushed at once, in order; the first batch begins with `PACKED`."""

    def __init__(self) -> None:
        self._guesses = _ready().copy()
        self._head = PACKED

    def batch(self, data: bytes, most_bytes: int, until: float = math.inf) -> bytes:
        """The lines that it carries, at most so many bytes, by `time.monotonic()` at `until`; raises `BadPacking`."""
        head, self._head = self._head, b""
        if not data.startswith(head):
            raise BadPacking("bad_stream")
        bits, text = Written(data, len(head)), bytearray()
        while len(text) < most_bytes:
            text.append(self._guesses.byte(bits))
            is_end = text[-1] == LINE_END and self._guesses.end(bits)
            if bits.is_beyond or (is_end and not bits.is_whole):
                raise BadPacking("bad_stream")
            if is_end:
                return bytes(text)
            if len(text) % BYTES_BETWEEN_LOOKS == 0 and time.monotonic() > until:
                raise BadPacking("takes_too_long")
        raise BadPacking("inflates_too_much")


@functools.cache
def _ready() -> Guesses:
    guesses, given = Guesses(), Given()
    for at, byte in enumerate(COMMON.encode()):
        guesses.byte(given, byte)
        if byte == LINE_END:
            guesses.end(given, (at + 1) % 2)
    return guesses
