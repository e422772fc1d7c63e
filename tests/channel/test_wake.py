import asyncio

import pytest

from assist.channel.wake import Wake


async def test_what_was_set_before_wakes_once() -> None:
    wake = Wake()
    wake.set()
    wake.set()
    await wake.wait()
    waiting = asyncio.create_task(wake.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    wake.set()
    wake.set()
    await waiting


async def test_cancelled_while_it_is_woken_is_cancelled_and_what_was_set_is_not_lost() -> None:
    wake = Wake()
    waiting = asyncio.create_task(wake.wait())
    await asyncio.sleep(0)
    wake.set()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(wake.wait(), 1)
