"""Records the sessions, and turns each into a video in three ways."""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.video import peers
from benchmarks.video.bound import picture_ms
from benchmarks.video.judge import Timed, Verdict, judge
from benchmarks.video.pipeline import Video, render, workers
from benchmarks.video.sessions import PLANS, Plan, Session, Site, record
from tests.capture import sites

AT_ONCE = 2


@dataclass(frozen=True)
class Measured:
    """Of one session. `picture_ms` is the browser's own time for one picture; `cores` had a worker each."""

    session: Session
    video: Video
    picture_ms: float
    cores: int
    ours: Verdict
    real_time: Verdict
    screencast: Verdict
    real_time_seconds: float
    screencast_seconds: float

    @property
    def realtime_factor(self) -> float:
        return self.session.seconds / self.video.seconds

    @property
    def bound_seconds(self) -> float:
        return self.video.pictures * self.picture_ms / 1000 / self.cores


@dataclass(frozen=True)
class Run:
    """`one_seconds` and `two_seconds` are from the end of all sessions to the last video, with so many workers."""

    sessions: list[Measured]
    one_seconds: float
    two_seconds: float
    encoder: str


def measure(folder: Path, *, pace: float, only: list[str] | None) -> Run:
    plans = [plan for plan in PLANS if not only or plan.name in only]
    cores = sorted(os.sched_getaffinity(0))[:2]
    with sites.served(Site) as origin, peers.playwrights_encoder() as encoder:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            sessions = list(pool.map(lambda plan: record(plan, origin, pace=pace), _longest_first(plans)))
            note("recorded")
            filmed = dict(zip(_names(sessions), pool.map(peers.recorded_in_real_time, sessions), strict=True))
        note("played in real time")
        fast = {session.plan.name: peers.screencast_at_speed(session) for session in sessions}
        note("played at eight times the speed")
    videos, two_seconds = _rendered(folder, sessions, cores=cores)
    _, one_seconds = _rendered(folder, sessions, cores=cores[:1], singly=False)
    note("rendered")
    by_name = {session.plan.name: (session, video) for session, video in zip(sessions, videos, strict=True)}
    measured = [_judged(*by_name[plan.name], filmed[plan.name], fast[plan.name], cores=cores) for plan in plans]
    return Run(measured, one_seconds, two_seconds, encoder)


def _longest_first(plans: Sequence[Plan]) -> list[Plan]:
    return sorted(plans, key=lambda plan: -plan.seconds)


def _names(sessions: list[Session]) -> list[str]:
    return [session.plan.name for session in sessions]


def _rendered(
    folder: Path, sessions: list[Session], *, cores: list[int], singly: bool = True
) -> tuple[list[Video], float]:
    """Each session by itself, and then the seconds that all at once take, by workers that have done one before."""
    recorded = [session.recorded for session in sessions]
    with workers(folder, cores=cores):
        render(recorded[-1:] * len(cores), logs=folder)
        videos = [render([one], logs=folder)[0] for one in recorded] if singly else []
        together = render(recorded, logs=folder)
        seconds = max(one.ready_at for one in together) - min(one.ended_at for one in together)
        return videos, seconds.total_seconds()


def _judged(
    session: Session, video: Video, filmed: tuple[Timed, float], fast: tuple[Timed, float], *, cores: list[int]
) -> Measured:
    note(f"{session.plan.name}: {session.seconds:.0f} s in {video.seconds:.1f} s")
    return Measured(
        session=session,
        video=video,
        picture_ms=picture_ms(session.recorded, core=cores[0]),
        cores=len(cores),
        ours=judge(Timed(video.data), session),
        real_time=judge(filmed[0], session),
        screencast=judge(fast[0], session),
        real_time_seconds=filmed[1],
        screencast_seconds=fast[1],
    )


def note(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
