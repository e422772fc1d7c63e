"""Calls that share one timer of the event loop."""

import asyncio

import pytest

from assist.channel.later import Later


async def test_call_that_raises_stops_neither_those_behind_it_nor_later_ones(caplog: pytest.LogCaptureFixture) -> None:
    later, done = Later(0.01), asyncio.Event()

    def fail() -> None:
        raise RuntimeError("this one fails")

    for _ in range(2):
        done.clear()
        later.add(fail)
        later.add(done.set)
        await asyncio.wait_for(done.wait(), 20)
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == ["this one fails"] * 2


async def test_call_may_add_another() -> None:
    later, done = Later(0.01), asyncio.Event()
    later.add(lambda: later.add(done.set))
    await asyncio.wait_for(done.wait(), 20)
