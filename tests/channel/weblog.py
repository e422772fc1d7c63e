"""What a web process has written to its log, without Daphne's own lines about connections."""

import re
from pathlib import Path

from assist.channel.protocol import CLOSE_CODES, ErrorCode
from tests.channel.eventually import eventually
from tests.channel.peers import Peer

ACCESS = re.compile(r'^127\.0\.0\.1:\d+ - - \[[^]]+\] "(?P<what>\w+)')
REFUSAL = re.compile(
    r"^[\d-]+ [\d:,]+ INFO +assist channel: \w+ refused with (?P<code>\w+), session [\da-f-]{36}( \(\w+\))?$"
)
CODES = {close: code for code, close in CLOSE_CODES.items()}

# Of a test that is over: its rows are gone before the web process has gathered what was to be counted.
LATE_WRITE = "a write that a frame caused is left out: insert or update on table"


class WebLog:
    """The lines that came since this was made."""

    def __init__(self, path: Path) -> None:
        self._path, self._begin_bytes = path, path.stat().st_size

    def lines(self) -> list[str]:
        with self._path.open("rb") as file:
            file.seek(self._begin_bytes)
            return file.read().decode().splitlines()

    def refusals(self) -> list[str]:
        """The code of each refusal in order; any other line stands there whole."""
        own = [line for line in self.lines() if not ACCESS.match(line) and LATE_WRITE not in line]
        return [found["code"] if (found := REFUSAL.match(line)) else line for line in own]

    async def complete(self) -> None:
        """Wait until the process has noticed the end of every connection that it took."""

        def is_complete() -> bool:
            seen = [found["what"] for line in self.lines() if (found := ACCESS.match(line))]
            return seen.count("WSCONNECT") == seen.count("WSDISCONNECT")

        await eventually(is_complete)


def refusals_of(peer: Peer) -> list[str]:
    """The codes that a peer was refused with: each of those that keep the connection, and the one that closed it."""
    kept = [code for code in peer.errors() if code == ErrorCode.SEQ_GAP]
    return kept + [CODES[close] for close in [peer.closed_with] if close in CODES]
