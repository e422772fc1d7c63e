"""What consoles report: kept for the session in buckets, counted by tenant, and believed no further."""

import json
import sys
from typing import Any
from urllib.request import urlopen

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from assist.channel.metrics import meters_of
from assist.channel.models import SessionQuality
from assist.channel.protocol import CLOSE_CODES, LATENCY_BUCKETS_MS, ErrorCode, FrameKind
from assist.channel.quality import BUCKETS, REPORTED_MAX, merged, percentile, quality_of
from helpdesk.tenants.context import tenant_scope
from recordings.archive import actions
from tests.channel.eventually import eventually
from tests.channel.peers import ConsolePeer
from tests.channel.scene import Scene, make_scene


def counts(**by_bound: int) -> list[int]:
    """`_50=3`: three frames of at most 50 ms."""
    found = [0] * BUCKETS
    for name, count in by_bound.items():
        found[LATENCY_BUCKETS_MS.index(int(name.removeprefix("_")))] = count
    return found


def kept(scene: Scene) -> SessionQuality | None:
    with tenant_scope(scene.tenant.id):
        return SessionQuality.objects.filter(session_id=scene.session_id).first()


def kept_samples(scene: Scene, number: int) -> SessionQuality | None:
    row = kept(scene)
    return row if row and sum(row.latency_counts) == number else None


def metrics(scene: Scene) -> str:
    with urlopen(f"http://127.0.0.1:{scene.web.port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def metric(scene: Scene, name: str, **labels: str) -> float:
    text = ",".join(f'{key}="{value}"' for key, value in sorted({**labels, "tenant": scene.tenant.slug}.items()))
    lines = dict(line.rsplit(" ", 1) for line in metrics(scene).splitlines() if not line.startswith("#"))
    return float(lines[f"{name}{{{text}}}"])


async def test_reports_of_two_consoles_are_merged(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as one, channel.console() as two:
        await visitor.hello(token=channel.token)
        for console, reported in ((one, counts(_40=90)), (two, counts(_50=5, _200=5))):
            await console.hello()
            await console.say("quality", latency=reported)
        row = await eventually(lambda: kept_samples(channel, 100))
    assert row.latency_counts == counts(_40=90, _50=5, _200=5)
    summary = await sync_to_async(lambda: quality_of(_with_quality(channel)))()
    assert (summary.latency_p50_ms, summary.latency_p95_ms, summary.latency_samples) == (36, 50, 100)


def _with_quality(scene: Scene) -> Any:
    with tenant_scope(scene.tenant.id):
        return type(scene.row()).objects.select_related("quality").get(id=scene.session_id)


async def test_metrics_have_the_numbers_by_tenant(channel: Scene) -> None:
    other = await sync_to_async(make_scene)(channel.web)
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await console.heard("queue")
        await visitor.enter()
        last = await visitor.snapshot("x")
        await console.until(lambda: last in console.seqs())
        await console.say("quality", latency=counts(_40=3, _10000=1))
        await eventually(lambda: kept_samples(channel, 4))
        text = await sync_to_async(metrics)(channel)
    assert await sync_to_async(metric)(channel, "assist_latency_seconds_bucket", le="0.04") == 3
    assert await sync_to_async(metric)(channel, "assist_latency_seconds_bucket", le="+Inf") == 4
    assert await sync_to_async(metric)(channel, "assist_frames_in_total") == 2
    assert await sync_to_async(metric)(channel, "assist_frames_out_total") == 2
    assert await sync_to_async(metric)(channel, "assist_bytes_out_total") == console.received_bytes
    assert other.tenant.slug not in text


async def test_last_report_comes_after_the_end(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await sync_to_async(channel.end)()
        await console.heard("ended")
        await console.say("quality", latency=counts(_60=7))
        assert await console.closed() == 1000
        await eventually(lambda: kept_samples(channel, 7))


BAD_REPORTS: list[Any] = [
    [],
    [0] * (BUCKETS - 1),
    [0] * (BUCKETS + 1),
    [-1, *[0] * (BUCKETS - 1)],
    [1.5, *[0] * (BUCKETS - 1)],
    [True, *[0] * (BUCKETS - 1)],
    [REPORTED_MAX, 1, *[0] * (BUCKETS - 2)],
    [10**30, *[0] * (BUCKETS - 1)],
]


@pytest.mark.parametrize("latency", BAD_REPORTS)
async def test_bad_report_is_refused_and_nothing_of_it_kept(channel: Scene, latency: Any) -> None:
    async with channel.console() as console:
        await console.hello()
        await console.say("quality", latency=latency)
        assert await console.closed() == CLOSE_CODES[ErrorCode.BAD_MESSAGE]
    assert await sync_to_async(kept)(channel) is None


async def test_reports_in_a_flood_are_refused(channel: Scene) -> None:
    async with channel.console() as console:
        await console.hello()
        for _ in range(40):
            await console.say("quality", latency=counts(_40=1))
        assert await console.closed() == CLOSE_CODES[ErrorCode.RATE_EXCEEDED]


async def test_missing_frames_resyncs_and_lags_are_counted_by_the_server(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await console.heard("queue")
        await visitor.enter()
        await visitor.snapshot("x")
        gap = json.dumps({"from_seq": 3, "to_seq": 5, "reason": "not kept"}).encode()
        await visitor.send(FrameKind.GAP, gap, page=0, seq=6)
        visitor.seq = 6
        await visitor.stored(6)
        await console.say("resync", page=visitor.tab << 16 | 1, detail="test")
        await visitor.heard("resync")
        assert await sync_to_async(metric)(channel, "assist_frames_missing_total") == 3
        await visitor.say("end", reason="done")
        await visitor.closed()
        await console.closed()
    await eventually(lambda: (row := kept(channel)) and row.resyncs == 1 and row.bytes_out == console.received_bytes)
    await sync_to_async(actions.close_archive)(channel.tenant.id, channel.session_id, now=timezone.now())
    assert (await sync_to_async(channel.row)()).frames_missing == 3


async def test_console_that_lags_is_counted(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        console.is_slow = True
        await visitor.hello(token=channel.token)
        await console.hello(credit=512 * 1024)
        await console.heard("queue")
        await visitor.enter()
        await visitor.snapshot("x")
        await _fill(visitor, console)
        assert await sync_to_async(metric)(channel, "assist_console_lags_total") == 1
    await eventually(lambda: (row := kept(channel)) and row.lags == 1)


async def _fill(visitor: Any, console: ConsolePeer) -> None:
    """More than a console's backlog, then credit for it."""
    for _ in range(24):
        await visitor.stored(await visitor.send(FrameKind.OPERATIONS, b"x" * 250_000))
    console.is_slow = False
    await console.say("credit", bytes=64 * 1024 * 1024)
    await console.heard("lagging")


@pytest.mark.parametrize(
    ("found", "share", "expected"),
    [
        ([], 0.5, None),
        (counts(_10=4), 0.5, 5),
        (counts(_10=1, _20=1), 0.95, 19),
        ([0] * (BUCKETS - 1) + [3], 0.5, LATENCY_BUCKETS_MS[-1]),
    ],
)
def test_percentile_of_buckets(found: list[int], share: float, expected: int | None) -> None:
    assert percentile(found, share) == expected


def test_merging_begins_with_nothing() -> None:
    assert merged([], counts(_10=1)) == counts(_10=1)
    assert merged([], []) == [0] * BUCKETS


def test_the_largest_report_costs_little() -> None:
    """It is counted where everybody's frames go by: not one sample after the other."""
    calls: list[str] = []
    meters = meters_of("largest")
    sys.setprofile(lambda frame, event, _arg: calls.append(event) if event == "call" else None)
    try:
        meters.add_latency(counts(_40=REPORTED_MAX))
    finally:
        sys.setprofile(None)
    assert len(calls) < REPORTED_MAX / 10
