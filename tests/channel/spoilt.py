"""A key of Valkey that can't be read for a while."""

from asgiref.sync import sync_to_async

from assist.channel.valkey import sync_client


async def spoil(key: str) -> None:
    """It is of a type that no command for it takes; what was there is kept."""
    if await sync_to_async(sync_client().exists)(key):
        await sync_to_async(sync_client().rename)(key, f"{key}:kept")
    await sync_to_async(sync_client().set)(key, "spoilt")


async def mend(key: str) -> None:
    await sync_to_async(sync_client().delete)(key)
    if await sync_to_async(sync_client().exists)(f"{key}:kept"):
        await sync_to_async(sync_client().rename)(f"{key}:kept", key)
