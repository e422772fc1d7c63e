"""An object store that is away loses nothing: the archive waits, and says so wherever its recording is looked at."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from assist.channel.actions import end_session
from assist.channel.models import EndReason
from helpdesk.accounts.models import Role
from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.archive import actions
from recordings.video.models import Recording
from tests import factories
from tests.api.caller import Caller
from tests.archive.test_segments import close, record, seqs, waiting
from tests.channel.scene import Scene
from tests.desks import signed_in
from tests.faults.proxy import Proxy


@pytest.fixture
def way(settings: Any) -> Iterator[Proxy]:
    """To the store, over which this test alone talks to it."""
    proxy = Proxy([urlsplit(settings.S3_ENDPOINT_URL).port or 80])
    settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{proxy.port}"
    store.client.cache_clear()
    yield proxy
    proxy.stop()
    store.client.cache_clear()


async def test_archive_waits_for_the_store_says_so_and_is_whole(channel: Scene, way: Proxy) -> None:
    await record(channel, frames=5)
    ports, way.backends[:] = [*way.backends], []
    recording = await sync_to_async(_ended)(channel)
    with pytest.raises(actions.FAULTS):
        await sync_to_async(close)(channel)
    assert await sync_to_async(waiting)(channel) >= 7
    since, told = await sync_to_async(_told)(channel, recording)
    assert since
    assert all("its archive waits for the object store" in text for text in told)
    way.backends[:] = ports
    await sync_to_async(close)(channel)
    assert await sync_to_async(waiting)(channel) == 0
    assert await sync_to_async(seqs)(channel) == list(range(1, 8))
    since, told = await sync_to_async(_told)(channel, recording)
    assert since is None
    assert not any("its archive waits for the object store" in text for text in told)


def _ended(scene: Scene) -> Recording:
    with tenant_scope(scene.tenant.id):
        end_session(scene.session_id, reason=EndReason.AGENT_ENDED, now=timezone.now())
    with tenant_scope(scene.tenant.id):
        return Recording.objects.get(session_id=scene.session_id)


def _told(scene: Scene, recording: Recording) -> tuple[Any, list[str]]:
    """Since when it waits, and what the API, the list, the page and its script say."""
    with tenant_scope(scene.tenant.id):
        manager = signed_in(factories.member(Role.MANAGER))
        call = Caller(create_token("Test", scopes=[Scope.RECORDINGS_READ])[1])
    row = call("GET", f"/recordings/{recording.id}/").json()
    pages = ("", f"{recording.id}/", f"{recording.id}/state/")
    texts = [manager.get(f"/desk/recordings/{page}").content.decode() for page in pages]
    return row["archive_waits_since"], [row["archive_advice"], *texts]
