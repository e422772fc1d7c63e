"""The short way of frames into Valkey: one writer for each event loop, everything that waits in one round trip."""

import asyncio
import logging
from typing import Any, NamedTuple, Protocol

from redis.exceptions import RedisError

from assist.channel import limits
from assist.channel.choices import NO_CHOICE, Choice
from assist.channel.link import Link, is_unknown_script, pack, pack_arguments
from assist.channel.live import SessionKeys
from assist.channel.stored import Stored
from assist.channel.valkey import Script
from assist.channel.wake import Wake

logger = logging.getLogger(__name__)
APPEND = Script(
    "append",
    QUEUE_BYTES=limits.QUEUE_BYTES,
    QUEUE_HARD_BYTES=limits.QUEUE_HARD_BYTES,
    QUEUES_BYTES=limits.QUEUES_BYTES,
    SESSION_PAGES=limits.SESSION_PAGES,
    SESSION_TTL_SECONDS=limits.SESSION_TTL_SECONDS,
    FRONT_LATE_MS=limits.FRONT_LATE_MS,
)
FULL_SECONDS = 1.0
RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)
STORE_SECONDS = 5.0
CONSTANT_ARGUMENTS = 3 + 6 + 4
STORED, REPLACED, ENDED, GAP, FORGOTTEN, FULL = range(6)


class Answer(NamedTuple):
    """What the script did: one of the states above, the tab's watermark, and pages that need a fresh snapshot.

    `choice` is the visitor's newest one then, made by these frames where one of them is a choice.
    """

    status: int
    stored: int
    journal_bytes: int
    needs: list[int]
    choice: Choice = NO_CHOICE


class Source(Protocol):
    """A visitor's connection, as the writer sees it: frames wait while the journal has over `journal_most` bytes."""

    keys: SessionKeys
    tab: int
    connection_id: str
    journal_most: int
    append_head: bytes | None
    has_left: bool

    def on_stored(self, answer: Answer, *, size_bytes: int) -> None: ...

    def on_look(self, stored: Stored) -> None: ...


class Writer:
    """Takes frames in order. What waits is bounded by the windows of the connections: no credit comes back before

    Valkey has answered, so while it is away the visitors keep what they have. A connection that closes leaves what
    waits behind, since its page may be gone and never send it again.
    """

    def __init__(self) -> None:
        self._waiting: dict[Source, list[bytes]] = {}
        self._held: set[Source] = set()
        self._wake = Wake()
        self._link = Link()

    def append(self, source: Source, frame: bytes) -> None:
        self._waiting.setdefault(source, []).append(frame)
        self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            batch = {s: frames for s, frames in self._waiting.items() if s not in self._held}
            for source in batch:
                del self._waiting[source]
            if batch:
                self._report(batch, await self._store(batch))

    def _report(self, batch: dict[Source, list[bytes]], answers: list[Answer]) -> None:
        for (source, frames), answer in zip(batch.items(), answers, strict=True):
            if answer.status == FULL and not self._is_too_much(source):
                self._hold(source, frames)
            else:
                source.on_stored(answer, size_bytes=sum(map(len, frames)))

    def _is_too_much(self, source: Source) -> bool:
        """Tabs that open and close while the journal is full would otherwise leave more and more behind."""
        if not source.has_left:
            return False
        left = [waiting for other, waiting in self._waiting.items() if other.has_left and other.keys == source.keys]
        if sum(len(frame) for waiting in left for frame in waiting) <= limits.LEFT_BYTES:
            return False
        logger.warning("last frames of a tab are lost: the journal of session %s is full", source.keys.session_id)
        return True

    def _hold(self, source: Source, frames: list[bytes]) -> None:
        """The journal is full until a segment is committed: ask again later, in order."""
        self._waiting[source] = frames + self._waiting.get(source, [])
        self._held.add(source)
        asyncio.get_running_loop().call_later(FULL_SECONDS, self._release, source)

    def _release(self, source: Source) -> None:
        self._held.discard(source)
        self._wake.set()

    async def _store(self, batch: dict[Source, list[bytes]]) -> list[Answer]:
        """Until Valkey answers: a frame that it has already is only acknowledged again."""
        tries = 0
        while True:
            try:
                return [_answer(reply) for reply in await self._execute(batch)]
            except (RedisError, OSError) as error:
                if tries == 0:
                    logger.warning("frames wait: Valkey does not answer (%s)", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])
                tries += 1

    async def _execute(self, batch: dict[Source, list[bytes]]) -> list[Any]:
        packed = b"".join([_packed(source, frames) for source, frames in batch.items()])
        replies = await self._link.ask(packed, count=len(batch), seconds=STORE_SECONDS)
        errors = [reply for reply in replies if isinstance(reply, Exception)]
        if any(map(is_unknown_script, errors)):
            await self._link.ask(pack("SCRIPT", "LOAD", APPEND.text), count=1, seconds=STORE_SECONDS)
            return await self._execute(batch)
        if errors:
            raise errors[0]
        return replies


def _packed(source: Source, frames: list[bytes]) -> bytes:
    if source.append_head is None:
        source.append_head = pack_arguments(*_constant_arguments(source))
    parts = [b"$%d\r\n%b\r\n" % (len(frame), frame) for frame in frames]
    return b"*%d\r\n%b%b" % (CONSTANT_ARGUMENTS + len(frames), source.append_head, b"".join(parts))


def _constant_arguments(source: Source) -> list[Any]:
    """What does not change while the connection is there."""
    keys = source.keys
    names = [keys.state, keys.consoles, keys.journal, keys.pages, keys.page_facts, keys.queue_prefix]
    of_tab = [source.connection_id, source.tab, keys.session_id.bytes, source.journal_most]
    return ["EVALSHA", APPEND.sha, len(names), *names, *of_tab]


def _answer(reply: list[Any]) -> Answer:
    status, stored, journal_bytes, chosen_at, paused, *needs = reply
    choice = Choice(int(chosen_at), bool(paused))
    return Answer(int(status), int(stored), int(journal_bytes), [int(page) for page in needs], choice)
