"""What Valkey has of sessions that their visitors have to know, whatever was published and lost."""

from collections.abc import Sequence
from dataclasses import dataclass

from assist.channel.choices import NO_CHOICE, Choice
from assist.channel.live import SessionKeys
from assist.channel.valkey import async_client


@dataclass(frozen=True, slots=True)
class Stored:
    """`ended` is the reason, or empty; `consoles` are those that have joined, the dead among them."""

    choice: Choice
    ended: str
    consoles: frozenset[bytes]


async def stored_of(sessions: Sequence[SessionKeys]) -> list[Stored]:
    """In one round trip."""
    pipeline = async_client().pipeline(transaction=False)
    for keys in sessions:
        pipeline.hmget(keys.state, "chosen_at", "paused", "ended")
        pipeline.hkeys(keys.watchers)
    replies = await pipeline.execute()
    return [_stored(fields, consoles) for fields, consoles in zip(replies[::2], replies[1::2], strict=True)]


def _stored(fields: list[bytes | None], consoles: list[bytes]) -> Stored:
    chosen_at, paused, ended = fields
    choice = Choice(int(chosen_at), paused is not None) if chosen_at else NO_CHOICE
    return Stored(choice, (ended or b"").decode(), frozenset(consoles))
