"""What changes faster than it can be told."""

import asyncio

from assist.channel.latest import Latest


async def test_of_what_is_given_while_one_is_told_the_last_follows() -> None:
    told: list[int] = []
    may_go, tasks = asyncio.Event(), []

    async def tell(number: int) -> None:
        await may_go.wait()
        told.append(number)

    latest = Latest(tell, spawn=lambda work: tasks.append(asyncio.create_task(work)))
    latest.give(1)
    await asyncio.sleep(0)
    for number in range(2, 100):
        latest.give(number)
    may_go.set()
    await asyncio.gather(*tasks)
    assert (told, len(tasks)) == ([1, 99], 1)
    latest.give(100)
    await asyncio.gather(*tasks)
    assert told == [1, 99, 100]
