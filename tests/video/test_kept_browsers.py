"""One browser renders segment after segment, and recording after recording, as long as nothing fails."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.video import launch, queries, segment_files, tasks
from recordings.video.models import VideoSegment
from recordings.video.produce import planned_archive
from tests.video.test_render import frame_at, frames_of
from tests.video.test_turns import first_of, prepared

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "jobs"])


def test_one_browser_renders_segment_after_segment(
    ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", 600)
    opened = browsers_opened(monkeypatch)
    recording = prepared(ended, monkeypatch)
    tasks.render_segment_task(str(recording.tenant_id), first_of(recording))
    assert len(opened) == 1
    with tenant_scope(recording.tenant_id):
        segments = list(VideoSegment.objects.filter(recording=recording).order_by("number"))
        archive = planned_archive(queries.get_recording(recording.id))
    assert len(segments) > 1
    assert all(segment.done_at for segment in segments)
    with segment_files.SegmentFiles(archive) as files:
        files.render(segments[1], tmp_path / "alone.mp4", on_progress=lambda _done_ms: None)
        os.killpg(files._shell._browser.pid, signal.SIGKILL)  # type: ignore[union-attr]
        files.render(segments[1], tmp_path / "again.mp4", on_progress=lambda _done_ms: None)
    (tmp_path / "after.mp4").write_bytes(store.get(segments[1].object_key))
    alone, after = (frames_of(tmp_path / name) for name in ("alone.mp4", "after.mp4"))
    assert len(after) > 1
    for at_ms in range(0, segments[1].ends_ms - segments[1].starts_ms, 500):
        assert np.abs(frame_at(alone, at_ms).astype(int) - frame_at(after, at_ms)).mean() < 1


def test_browser_goes_from_one_recording_to_the_next(
    ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recording = prepared(ended, monkeypatch)
    opened = browsers_opened(monkeypatch)
    with tenant_scope(recording.tenant_id):
        segment = VideoSegment.objects.get(recording=recording, number=0)
        archive = planned_archive(queries.get_recording(recording.id))

    def rendered(name: str) -> list[tuple[float, np.ndarray]]:
        with segment_files.SegmentFiles(archive) as files:
            files.render(segment, tmp_path / name, on_progress=lambda _done_ms: None)
        return frames_of(tmp_path / name)

    first, second = rendered("first.mp4"), rendered("second.mp4")
    assert len(opened) == 1
    assert np.abs(first[-1][1].astype(int) - second[-1][1]).mean() < 1
    ((_, browser),) = launch._kept
    os.killpg(browser.pid, signal.SIGKILL)
    rendered("third.mp4")
    assert len(opened) == 2
    monkeypatch.setattr(segment_files, "MOST_LOG_BYTES", 0)
    rendered("fourth.mp4")
    assert launch._kept == []


def test_browser_that_does_not_answer_any_more_harms_no_other_recording(
    ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recording = prepared(ended, monkeypatch)
    opened = browsers_opened(monkeypatch)
    monkeypatch.setattr(segment_files, "START_SECONDS", 2)
    with tenant_scope(recording.tenant_id):
        segment = VideoSegment.objects.get(recording=recording, number=0)
        archive = planned_archive(queries.get_recording(recording.id))
    with segment_files.SegmentFiles(archive) as files:
        files.render(segment, tmp_path / "first.mp4", on_progress=lambda _done_ms: None)
    ((_, browser),) = launch._kept
    os.killpg(browser.pid, signal.SIGSTOP)
    with segment_files.SegmentFiles(archive) as files:
        files.render_card(segment, tmp_path / "card.mp4", on_progress=lambda _done_ms: None)
        assert len(launch._kept) == 1
        files.render(segment, tmp_path / "again.mp4", on_progress=lambda _done_ms: None)
    assert len(opened) == 3


def browsers_opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each from now on; none is kept from before."""
    while launch._kept:
        launch._kept.pop()[1].close()
    opened: list[int] = []
    real = segment_files.open_browser
    monkeypatch.setattr(
        segment_files, "open_browser", lambda *given, **named: opened.append(1) or real(*given, **named)
    )
    return opened
