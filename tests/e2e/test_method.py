"""The whole method, M1 to M14, by two real browsers on a real site; how fast it was is for `make demo` to say."""

from pathlib import Path

from helpdesk.demo.run import perform


def test_story_shows_every_behaviour_of_the_method(tmp_path: Path) -> None:
    evidence = perform(seed=20, out=tmp_path)
    assert evidence.missing() == []
    assert len(evidence.checkpoints) == 5
    assert evidence.numbers["ratio_to_jpeg"] < 1
    assert (tmp_path / "session.mp4").stat().st_size == evidence.numbers["video_bytes"]
