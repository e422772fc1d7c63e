"""The figures of a run, and its table."""

from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.video.judge import Verdict, least
from benchmarks.video.measure import Measured, Run

MINUTE = 60
KB = 1000


def figures(run: Run) -> dict[str, Any]:
    sessions = run.sessions
    ours = [one.ours for one in sessions]
    ratios = [one.ours.size_bytes / one.real_time.size_bytes for one in sessions]
    minutes = [one.video.seconds for one in sessions if one.session.plan.seconds == MINUTE]
    return {
        "median_realtime_factor": round(median(one.realtime_factor for one in sessions), 1),
        "animated_realtime_factor": round(_animated(run).realtime_factor, 1),
        "ratio_to_bound": round(run.two_seconds / sum(one.bound_seconds for one in sessions), 2),
        "two_worker_speedup": round(run.one_seconds / run.two_seconds, 2),
        "ratio_to_realtime_recorder": round(median(ratios), 3),
        "max_ratio_to_realtime_recorder": round(max(ratios), 3),
        "min_ssim": round(least(ours), 4),
        "max_event_error_ms": round(max(one.largest_error_ms for one in ours)),
        "max_arrival_error_ms": round(max(one.largest_arrival_error_ms for one in ours)),
        "dropped": sum(one.dropped for one in ours),
        "wrong": sum(one.wrong for one in ours),
        "minute_ready_seconds": round(max(minutes), 1),
        "picture_ms": round(median(one.picture_ms for one in sessions), 1),
    }


def peers(run: Run) -> dict[str, Any]:
    sides: dict[str, Callable[[Measured], Verdict]] = {
        "real_time": lambda one: one.real_time,
        "screencast": lambda one: one.screencast,
    }
    told: dict[str, Any] = {"rrweb": "2.2.2", "encoder": run.encoder}
    for name, side in sides.items():
        verdicts = [side(one) for one in run.sessions]
        told[f"{name}_min_ssim"] = round(least(verdicts), 4)
        told[f"{name}_max_event_error_ms"] = round(max(one.largest_error_ms for one in verdicts))
        told[f"{name}_dropped"] = sum(one.dropped for one in verdicts)
        told[f"{name}_wrong"] = sum(one.wrong for one in verdicts)
    return told


def _animated(run: Run) -> Measured:
    return next((one for one in run.sessions if one.session.plan.name == "animated"), run.sessions[0])


def table(run: Run) -> str:
    lines = [
        "| session | seconds | ready | × real time | segments | pictures | bound | real time | 8 × screencast |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *map(_speed, run.sessions),
        "",
        f"All at once: {run.two_seconds:.1f} s with two workers, {run.one_seconds:.1f} s with one; the bound of all is "
        f"{sum(one.bound_seconds for one in run.sessions):.1f} s.",
        "",
        "| KB a minute | ours | real time recorder | 8 × screencast |",
        "| --- | ---: | ---: | ---: |",
        *(_line(one, lambda verdict, one=one: f"{_kb_a_minute(verdict, one):,.0f}") for one in run.sessions),
        "",
        "| lowest SSIM at a checkpoint | ours | real time recorder | 8 × screencast |",
        "| --- | ---: | ---: | ---: |",
        *(_line(one, lambda verdict: f"{min(verdict.likeness.values()):.3f}") for one in run.sessions),
        "",
        "| largest error of an event and of a page, ms; not seen; wrong | ours | real time recorder | 8 × screencast |",
        "| --- | ---: | ---: | ---: |",
        *(_line(one, _errors) for one in run.sessions),
    ]
    return "\n".join(lines)


def _speed(one: Measured) -> str:
    took = f"{one.session.seconds:.0f} | {one.video.seconds:.1f} s | {one.realtime_factor:.1f}"
    counts = f"{one.video.segments} | {one.video.pictures} | {one.bound_seconds:.1f} s"
    others = f"{one.real_time_seconds:.0f} s | {one.screencast_seconds:.0f} s"
    return f"| {one.session.plan.name} | {took} | {counts} | {others} |"


def _line(one: Measured, cell: Callable[[Verdict], str]) -> str:
    return f"| {one.session.plan.name} | {' | '.join(map(cell, (one.ours, one.real_time, one.screencast)))} |"


def _kb_a_minute(verdict: Verdict, one: Measured) -> float:
    return verdict.size_bytes / KB / (one.session.seconds / MINUTE)


def _errors(verdict: Verdict) -> str:
    largest = f"{verdict.largest_error_ms:.0f}, {verdict.largest_arrival_error_ms:.0f}"
    return f"{largest}; {verdict.dropped}; {verdict.wrong}"
