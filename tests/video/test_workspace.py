"""Files of a task are gone after it, also of one whose worker was killed."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from recordings.video.workspace import PREFIX, workspace

AT_WORK = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from recordings.video.workspace import workspace
with workspace() as folder:
    (folder / "segment.mp4").write_bytes(b"x")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_workspace_is_gone_and_takes_along_those_of_killed_workers_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever number the other worker's process has, as in a container of its own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    command = [sys.executable, "-c", AT_WORK, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        theirs = Path(worker.stdout.readline().strip())
        theirs = theirs.rename(theirs.with_name(f"{PREFIX}999999999-left"))
        with workspace() as folder, workspace() as other:
            (folder / "segment.mp4").write_bytes(b"x")
            assert sorted(tmp_path.iterdir()) == sorted([folder, other, theirs])
        worker.kill()
    assert (theirs / "segment.mp4").exists()
    with workspace() as folder:
        assert list(tmp_path.iterdir()) == [folder]
    assert list(tmp_path.iterdir()) == []
