"""Figures and tables of what was measured."""

from typing import Any

from benchmarks.relay.servers import SIDES

Measured = dict[str, dict[str, Any]]


def figures(rates: Measured, sessions: Measured, idle: dict[str, int]) -> dict[str, Any]:
    """The ratios compare the same server; the group_send relay is the better of both layers."""

    def ratio(ours: str, *peers: str) -> float:
        return round(rates[ours]["rate"] / max(1, *(rates[peer]["rate"] for peer in peers)), 2)

    return {
        "daphne_ratio_to_pubsub": ratio("ours_daphne", "core_daphne", "pubsub_daphne"),
        "uvicorn_ratio_to_pubsub": ratio("ours_uvicorn", "core_uvicorn", "pubsub_uvicorn"),
        "uvicorn_ratio_to_socketio_redis": ratio("ours_uvicorn", "socketio_redis"),
        "daphne_sessions_per_core": sessions["ours_daphne"]["sessions"],
        "uvicorn_sessions_per_core": sessions["ours_uvicorn"]["sessions"],
        "idle_session_bytes": max(idle.values()),
    }


def table(rates: Measured, sessions: Measured, idle: dict[str, int]) -> str:
    lines = [
        "| 10 frames a second a session | highest rate | p50 | p99 | server's CPU | generator's CPU | its whole core |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [f"| {side.title} | {_cells(rates[side.name], 'rate', '/s')} |" for side in SIDES]
    lines += [
        "",
        "| 2 frames a second a session | open sessions | p50 | p99 | server's CPU | generator's CPU | its whole core |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    titles = {side.name: side.title for side in SIDES}
    lines += [f"| {titles[name]} | {_cells(seen, 'sessions', '')} |" for name, seen in sessions.items()]
    lines += ["", "| an idle session, both sockets | memory of the server's process |", "| --- | ---: |"]
    return "\n".join(lines + [f"| {titles[name]} | {size / 1000:.0f} KB |" for name, size in idle.items()])


def _cells(seen: dict[str, Any], what: str, unit: str) -> str:
    if "p99_ms" not in seen:
        return "none | | | | |"
    times = f"{seen['p50_ms']:.1f} ms | {seen['p99_ms']:.1f} ms"
    shares = " | ".join(f"{seen[name]:.0%}" for name in ("server_cpu", "generator_cpu", "other_core"))
    return f"{seen[what]:,}{unit} | {times} | {shares}"
