"""What Valkey knows of a session: asked and told from synchronous code. Keys are made here only."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from redis.exceptions import RedisError

from assist.channel import limits
from assist.channel.protocol import Frame, FrameKind, encode_frame
from assist.channel.valkey import Script, clock_ms, in_parts, sync_client
from helpdesk.tenants.keys import nodes_key, session_key

Unreachable = RedisError

RECORD = Script("record", SESSION_TTL_SECONDS=limits.SESSION_TTL_SECONDS)
TRIM = Script("trim")
ASKED_AT_ONCE = 500
SessionId = tuple[UUID, UUID]  # tenant and session


@dataclass(frozen=True)
class SessionKeys:
    """Names of one session's keys."""

    tenant_id: UUID
    session_id: UUID

    def _key(self, *parts: object) -> str:
        return session_key(self.tenant_id, self.session_id, *parts)

    @property
    def state(self) -> str:
        """Hash: open, ended, page, front_at, used (the page that was used last), journal_bytes, queue_bytes; and the
        visitor's choice: paused, chosen_at (its number).

        Of each tab stored:{tab}, offset:{tab}, connection:{tab} (that holds it), at:{tab} (its page), hidden:{tab}.
        """
        return self._key("state")

    @property
    def journal(self) -> str:
        """Stream of all frames that are in no committed segment."""
        return self._key("journal")

    @property
    def connections(self) -> str:
        """Set: the visitor's connections, `{node}.{name}`; each lives as long as its node."""
        return self._key("connections")

    @property
    def consoles(self) -> str:
        """Sorted set: nodes that have a console of the session, with the end of their leases, ms."""
        return self._key("consoles")

    @property
    def watchers(self) -> str:
        """Hash: console → end of its lease (ms) and who it is (JSON), with a blank between."""
        return self._key("watchers")

    @property
    def pages(self) -> str:
        """Sorted set: the pages that are known, by last use; not each of them has a queue."""
        return self._key("pages")

    @property
    def page_facts(self) -> str:
        """Hash: enter:{page} (its PAGE_ENTER), begun:{page} (its queue has a snapshot), queue:{page} (its bytes)."""
        return self._key("page_facts")

    @property
    def queue_prefix(self) -> str:
        return self._key("page", "")

    def queue(self, page: int) -> str:
        return f"{self.queue_prefix}{page}"

    def ticket(self, nonce: str) -> str:
        """Set once a hand-over ticket is used."""
        return self._key("ticket", nonce)


def server_record(kind: FrameKind, *, payload: dict[str, object]) -> bytes:
    """A frame of the server itself for the journal: page and seq are 0."""
    return encode_frame(Frame(kind, 0, 0, 0, time.time() * 1000, json.dumps(payload).encode()))


def start(tenant_id: UUID, session_id: UUID, *, at_ms: float) -> None:
    """Put SESSION_START into the journal, once; raises `Unreachable`."""
    _record(
        tenant_id, session_id, "started", "1", server_record(FrameKind.SESSION_START, payload={"started_at_ms": at_ms})
    )


def seal(tenant_id: UUID, session_id: UUID, *, reason: str, at_ms: float) -> None:
    """Refuse every later frame and put SESSION_END into the journal, once; raises `Unreachable`."""
    payload: dict[str, object] = {"reason": reason, "ended_at_ms": at_ms}
    _record(tenant_id, session_id, "ended", reason, server_record(FrameKind.SESSION_END, payload=payload))


def last_seen_ms(sessions: Sequence[SessionId]) -> list[float | None]:
    """When each visitor was last known to be there; None where nothing is known. In ms since 1970.

    ASKED_AT_ONCE of them in one round trip: Valkey does nothing else meanwhile, for some milliseconds.
    """
    return [seen for some in in_parts(sessions, ASKED_AT_ONCE) for seen in _last_seen_ms(some)]


def _last_seen_ms(sessions: Sequence[SessionId]) -> list[float | None]:
    pipeline = sync_client().pipeline(transaction=False)
    pipeline.zrange(nodes_key(), 0, -1, withscores=True)
    for keys in (SessionKeys(*session) for session in sessions):
        pipeline.smembers(keys.connections)
        pipeline.hget(keys.state, "gone")
    leases, *of_sessions = pipeline.execute()
    beats = [last_beat_ms(connections, leases) for connections in of_sessions[::2]]
    return [last_known_ms(beat, gone) for beat, gone in zip(beats, of_sessions[1::2], strict=True)]


def last_known_ms(beat: float | None, gone: bytes | None) -> float | None:
    """Who was noted as gone while its node stalled is there again when the node beats, which leaves the note behind."""
    return max((ms for ms in (beat, float(gone) if gone else None) if ms), default=None)


def last_beat_ms(connections: Iterable[bytes], leases: Iterable[tuple[bytes, float]]) -> float | None:
    """When the nodes of these connections were last heard, the newest of them; `leases` as in `nodes_key`."""
    ends = dict(leases)
    known = [ends[node] for node in (name.partition(b".")[0] for name in connections) if node in ends]
    return max(known) - limits.NODE_LEASE_SECONDS * 1000 if known else None


def now_ms() -> float:
    """By the clock of Valkey, as all that it knows: a worker whose own clock is wrong must end no session."""
    return clock_ms(sync_client().time())


def begin_grace(sessions: Sequence[SessionId]) -> None:
    """Nothing is known, since Valkey lost its memory: the visitors count as gone from now on, unless they show up."""
    now = now_ms()
    for some in in_parts(sessions, ASKED_AT_ONCE):
        pipeline = sync_client().pipeline(transaction=False)
        for keys in (SessionKeys(*session) for session in some):
            pipeline.hsetnx(keys.state, "gone", now)
            pipeline.expire(keys.state, limits.SESSION_TTL_SECONDS)
        pipeline.execute()


def forget(tenant_id: UUID, session_id: UUID) -> None:
    """After the archive is closed: queues and journal go; the seal stays until it is of no use."""
    keys, client = SessionKeys(tenant_id, session_id), sync_client()
    queues = [keys.queue(int(page)) for page in client.zrange(keys.pages, 0, -1)]
    client.delete(keys.journal, keys.pages, keys.page_facts, keys.consoles, keys.watchers, keys.connections, *queues)
    client.expire(keys.state, limits.ENDED_TTL_SECONDS)


def erase(tenant_id: UUID, session_id: UUID) -> None:
    """Everything, the seal as well: the session has no row any more, so nobody can send to it."""
    forget(tenant_id, session_id)
    sync_client().delete(SessionKeys(tenant_id, session_id).state)


def _record(tenant_id: UUID, session_id: UUID, field: str, value: str, frame: bytes) -> None:
    keys = SessionKeys(tenant_id, session_id)
    RECORD.run([keys.state, keys.journal, keys.consoles], [field, value, frame, session_id.bytes])
