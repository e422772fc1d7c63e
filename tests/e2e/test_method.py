"""The whole method, M1 to M14, by two real browsers on a real site."""

from pathlib import Path

from helpdesk.demo.run import PROMISES, perform, shortcomings


def test_story_shows_every_behaviour_of_the_method(tmp_path: Path) -> None:
    evidence = perform(seed=20, out=tmp_path)
    # The latency is for `make demo` to say: beside six other processes for each core its p95 was 230 ms.
    assert shortcomings(evidence, bounds=PROMISES) == []
    assert len(evidence.checkpoints) == 5
    assert evidence.numbers["ratio_to_jpeg"] < 1
    assert (tmp_path / "session.mp4").stat().st_size == evidence.numbers["video_bytes"]
