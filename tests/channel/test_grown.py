import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from assist.channel import signals
from assist.channel.grown import Grown

MANY = 40


async def test_journals_that_grow_at_once_are_told_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[UUID] = []

    def hear(*, session_id: UUID, **kwargs: Any) -> None:
        told.append(session_id)

    monkeypatch.setattr(signals.journal_grew, "receivers", [])
    signals.journal_grew.connect(hear)
    tasks: list[asyncio.Task[None]] = []
    grown = Grown(lambda work: tasks.append(asyncio.create_task(work)))
    tenant_id, sessions = uuid4(), [uuid4() for _ in range(MANY)]
    for session_id in [*sessions, sessions[0]]:
        grown.add(session_id, tenant_id=tenant_id)
    assert len(tasks) == 1
    await tasks[0]
    assert told == sessions
    grown.add(sessions[0], tenant_id=tenant_id)
    assert len(tasks) == 2
    await tasks[1]
    assert told == [*sessions, sessions[0]]
