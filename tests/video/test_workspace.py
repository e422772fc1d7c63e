"""Files of a task are gone after it, also of one whose worker was killed."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from recordings.video.workspace import PREFIX, workspace


def test_workspace_is_gone_and_takes_along_those_of_dead_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed = subprocess.Popen(["true"])
    killed.wait()
    Path(tmp_path, f"{PREFIX}{killed.pid}-left").mkdir()
    with workspace() as folder, workspace() as other:
        (folder / "segment.mp4").write_bytes(b"x")
        assert sorted(tmp_path.iterdir()) == sorted([folder, other])
    assert list(tmp_path.iterdir()) == []
