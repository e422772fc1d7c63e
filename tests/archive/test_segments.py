"""From the journal into segments: every frame once and in order, whatever happens in between."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import IntegrityError
from django.utils import timezone

from assist.channel.live import SessionKeys
from assist.channel.protocol import FrameKind, decode_frame
from assist.channel.valkey import sync_client
from assist.pages.models import Page
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.archive import actions, health, journal
from recordings.archive.models import ArchiveSegment
from recordings.archive.signals import archive_closed
from tests.channel.scene import Scene


def write(scene: Scene, *, now: datetime | None = None, whole: bool = True) -> bool:
    return actions.write_segment(scene.tenant.id, scene.session_id, now=now or timezone.now(), whole=whole)


def close(scene: Scene) -> None:
    actions.close_archive(scene.tenant.id, scene.session_id, now=timezone.now())


def segments(scene: Scene) -> list[ArchiveSegment]:
    with tenant_scope(scene.tenant.id):
        return list(ArchiveSegment.objects.order_by("number"))


def seqs(scene: Scene) -> list[int]:
    frames = [decode_frame(entry.frame) for entry in scene.journal()]
    return [frame.seq for frame in frames if frame.seq]


def waiting(scene: Scene) -> int:
    return int(sync_client().xlen(SessionKeys(scene.tenant.id, scene.session_id).journal))


async def record(scene: Scene, *, frames: int) -> None:
    async with scene.visitor() as visitor:
        welcome = await visitor.hello(token=scene.token, tab=1 if scene.row_has_tab else 0)
        scene.row_has_tab = True
        if welcome["stored"] == 0:
            await visitor.enter()
        await visitor.snapshot("page")
        last = visitor.seq
        for step in range(frames):
            last = await visitor.operate("scroll", step, 1, 0, step)
        await visitor.stored(last)


async def test_frames_are_read_once_and_in_order_from_segments_and_journal(channel: Scene) -> None:
    await record(channel, frames=5)
    assert await sync_to_async(write)(channel) is True
    assert await sync_to_async(waiting)(channel) == 0
    await record(channel, frames=3)
    found = await sync_to_async(seqs)(channel)
    assert found == list(range(1, 12))
    (segment,) = await sync_to_async(segments)(channel)
    assert segment.tab_ranges == {"1": [1, 7]}
    row = await sync_to_async(channel.row)()
    assert (row.durable_seqs, row.messages_in) == ({"1": 7}, 7)


async def test_young_small_journal_waits(channel: Scene) -> None:
    await record(channel, frames=1)
    assert await sync_to_async(write)(channel, whole=False) is False
    later = timezone.now() + timedelta(seconds=10)
    assert await sync_to_async(write)(channel, whole=False, now=later) is True


async def test_crash_between_row_and_trim_doubles_nothing(channel: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await record(channel, frames=5)
    with monkeypatch.context() as patch:
        patch.setattr(actions.live.TRIM, "run", _crash)
        with pytest.raises(ConnectionAbortedError):
            await sync_to_async(write)(channel)
    assert await sync_to_async(waiting)(channel) > 0
    assert await sync_to_async(seqs)(channel) == list(range(1, 8))
    assert await sync_to_async(write)(channel) is False
    assert await sync_to_async(waiting)(channel) == 0
    assert await sync_to_async(seqs)(channel) == list(range(1, 8))


async def test_crash_between_object_and_row_loses_nothing(channel: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await record(channel, frames=5)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "add_durable", _crash)
        with pytest.raises(ConnectionAbortedError):
            await sync_to_async(write)(channel)
    assert await sync_to_async(segments)(channel) == []
    assert await sync_to_async(write)(channel) is True
    assert await sync_to_async(seqs)(channel) == list(range(1, 8))


@pytest.mark.parametrize(("error", "is_at_fault"), [(IntegrityError, False), (ConnectionAbortedError, True)])
async def test_only_what_is_away_for_all_slows_all_down(
    channel: Scene, monkeypatch: pytest.MonkeyPatch, error: type[Exception], is_at_fault: bool
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    await record(channel, frames=1)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "add_durable", fail)
        with pytest.raises(error):
            await sync_to_async(write)(channel)
    assert await sync_to_async(health.is_at_fault)() is is_at_fault
    assert await sync_to_async(write)(channel) is True
    assert await sync_to_async(health.is_at_fault)() is False


async def test_session_with_nothing_due_leaves_the_attempt_to_others(channel: Scene) -> None:
    await record(channel, frames=1)
    await sync_to_async(health.note_fault)()
    assert await sync_to_async(write)(channel, whole=False) is False
    assert await sync_to_async(health.may_try)() is True
    assert await sync_to_async(write)(channel) is False  # its turn comes TRY_SECONDS later
    await sync_to_async(health.note_success)()
    assert await sync_to_async(write)(channel) is True


async def test_closed_archive_is_whole_and_handed_over_once(channel: Scene) -> None:
    handed: list[dict[str, Any]] = []
    listener: Callable[..., None] = lambda **values: handed.append(values)  # noqa: E731
    archive_closed.connect(listener)
    await record(channel, frames=5)
    await sync_to_async(channel.end)()
    await sync_to_async(close)(channel)
    await sync_to_async(close)(channel)
    archive_closed.disconnect(listener)
    assert [values["session_id"] for values in handed] == [channel.session_id]
    assert await sync_to_async(waiting)(channel) == 0
    entries = await sync_to_async(channel.journal)()
    assert [entry.frame[0] for entry in entries] == [40, 41, 1, 2, 3, 3, 3, 3, 3, 42]
    assert journal.missing_ranges(entries) == []


async def test_archive_of_a_session_that_goes_on_is_not_closed(channel: Scene) -> None:
    await record(channel, frames=1)
    with pytest.raises(actions.NotEnded):
        await sync_to_async(close)(channel)


async def test_changed_object_is_noticed_and_what_follows_is_read(channel: Scene) -> None:
    await record(channel, frames=5)
    await sync_to_async(write)(channel)
    (segment,) = await sync_to_async(segments)(channel)
    await record(channel, frames=1)
    await sync_to_async(store.put)(segment.object_key, b"something else")
    gap, *frames = [decode_frame(entry.frame) for entry in await sync_to_async(channel.journal)()]
    assert (gap.kind, gap.seq, gap.tab, json.loads(gap.payload)) == (
        FrameKind.GAP,
        0,
        1,
        {"from_seq": 1, "to_seq": 7, "reason": "segment_damaged", "segment": 1, "lasts_ms": 0},
    )
    assert [frame.seq for frame in frames if frame.seq] == [8, 9]


async def test_pages_that_a_killed_process_did_not_write_come_from_the_journal(channel: Scene) -> None:
    await record(channel, frames=1)
    await sync_to_async(forget_pages)(channel)
    await sync_to_async(write)(channel)
    assert await sync_to_async(page_numbers)(channel) == [1 << 16 | 1]


def forget_pages(scene: Scene) -> None:
    with tenant_scope(scene.tenant.id):
        Page.objects.all().delete()


def page_numbers(scene: Scene) -> list[int]:
    with tenant_scope(scene.tenant.id):
        return list(Page.objects.values_list("number", flat=True))


def _crash(*args: Any, **kwargs: Any) -> None:
    raise ConnectionAbortedError


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time_tries_while_segments_cannot_be_written() -> None:
    health.note_fault()
    assert (health.may_try(), health.may_try()) == (True, False)
    assert health.waits_seconds() > 0
    health.note_success()
    assert (health.may_try(), health.may_try(), health.waits_seconds()) == (True, True, 0)
