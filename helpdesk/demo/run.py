"""`make demo`: the whole method with two real browsers, unattended, then the video; non-zero exit when a step fails."""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, async_playwright

from helpdesk.demo import video as films
from helpdesk.demo.cast import StoryError
from helpdesk.demo.evidence import Evidence, say
from helpdesk.demo.moments import loads_of
from helpdesk.demo.steps import Stage
from helpdesk.demo.story import Story
from helpdesk.embedded.browser import ARGUMENTS, chromium_path
from helpdesk.embedded.system import System

# The third-party site names hosts of its own; the demo shows it as it is on a machine without a way out.
NO_WAY_OUT = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"


# What people may have to wait for, in ms.
BOUNDS = {"request_seen_ms": 1000, "end_seen_ms": 1000, "latency_p95_ms": 200}


async def play(stage: Stage, *, seed: int, out: Path) -> Evidence:
    """Play the story against a running system; pictures and the video go to `out`."""
    evidence, rng = Evidence(), random.Random(seed)  # noqa: S311  (draws moments, guards nothing)
    async with async_playwright() as playwright:
        # Pictures of the people's browsers are compared with those of the one that renders.
        environment = {**os.environ, "FONTCONFIG_FILE": stage.fonts}
        options: dict[str, Any] = {
            "executable_path": str(chromium_path()),
            "args": [*ARGUMENTS, NO_WAY_OUT],
            "env": environment,
        }
        agents, visitors = [await playwright.chromium.launch(**options) for _ in range(2)]
        story = Story(stage=stage, agents=agents, visitors=visitors, evidence=evidence, rng=rng, out=out)
        try:
            await story.play()
            latency(story, evidence)
            await film(story, agents, evidence, out=out)
        except StoryError:
            await story.keep_pictures()
            raise
        finally:
            await agents.close()
            await visitors.close()
    return evidence


def latency(story: Story, evidence: Evidence) -> None:
    p50, p95 = np.percentile(story.latencies_ms, [50, 95])
    evidence.numbers |= {"latency_p50_ms": round(float(p50), 1), "latency_p95_ms": round(float(p95), 1)}
    evidence.saw(
        "M11", f"{len(story.latencies_ms)} changes reached the rebuilt DOM: p50 {p50:.0f} ms, p95 {p95:.0f} ms"
    )


async def film(story: Story, browser: Browser, evidence: Evidence, *, out: Path) -> None:
    """Wait for the recording and look at it."""
    waited = time.monotonic()
    async with story.stage.api() as api:
        recording = await films.ready_recording(api, story.session_id)
        waited_s = time.monotonic() - waited
        session = (await api.get(f"/assist/sessions/{story.session_id}/")).json()
        url = await films.presigned_url(api, recording["id"])
        data = (await api.get(url, headers={"Authorization": ""})).content
    video = films.Video(data)
    (out / "session.mp4").write_bytes(data)
    started, ended = (datetime.fromisoformat(session[name]).timestamp() for name in ("started_at", "ended_at"))
    error = films.check_length(video, session_ms=(ended - started) * 1000)
    frames = films.check_frames(
        video,
        peer=story.visitor.peer,
        started_at=started,
        shown_at=story.shown_at,
        loads=loads_of(story.visitor.sent, left_at=story.visitor.left_at),
        rng=story.rng,
        out=out,
    )
    await films.plays_in_browser(browser, url, duration_ms=video.duration_ms)
    if not video.fast_start or video.codec != "h264" or not video.chapters:
        raise StoryError(f"video: fast start {video.fast_start}, {video.codec}, {len(video.chapters)} chapters")
    evidence.numbers |= {
        "video_bytes": len(data),
        "video_ms": round(video.duration_ms),
        "video_length_error_ms": round(error),
        "render_ms": recording["render_ms"],
        "ready_after_end_s": round(waited_s, 1),
        "video_size": f"{video.width}x{video.height}",
        "chapters": len(video.chapters),
        "frames_compared": [f"{at:.2f} s: {score:.3f}" for at, score in frames[: films.MOMENTS]],
        "changes_in_time": len(frames) - films.MOMENTS,
    }
    evidence.saw(
        "M13",
        f"{video.duration_ms / 1000:.1f} s of H.264 with {len(video.chapters)} chapters, ready {waited_s:.1f} s after",
    )
    say(f"\nreplay  {story.stage.base_url}/desk/recordings/{recording['id']}/")


def summary(evidence: Evidence, *, out: Path) -> None:
    say("\ncheckpoints (rebuilt page against the visitor's)")
    for point in evidence.checkpoints:
        boxes = f", masked boxes left out: {point.masked_boxes}" if point.masked_boxes else ""
        say(f"  {point.name:<18} {point.differing_share:.3%} of pixels differ, {point.elements} nodes equal{boxes}")
    say("\nnumbers")
    for name, value in evidence.numbers.items():
        say(f"  {name:<28} {value}")
    (out / "numbers.json").write_text(json.dumps(evidence.numbers, indent=2) + "\n")
    say(f"\nvideo, pictures and numbers: {out}")


def shortcomings(evidence: Evidence) -> list[str]:
    """What was not shown, and what took too long."""
    slow = [name for name, bound in BOUNDS.items() if evidence.numbers[name] > bound]
    return [f"{behaviour} was not shown" for behaviour in evidence.missing()] + [
        f"{name} is {evidence.numbers[name]}, at most {BOUNDS[name]} is allowed" for name in slow
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="draws the moments that are compared")
    parser.add_argument("--out", type=Path, default=Path("var/demo"))
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(3))
    options.out.mkdir(parents=True, exist_ok=True)
    say(f"seed {seed}")
    try:
        evidence = perform(seed=seed, out=options.out)
    except StoryError as error:
        say(f"\nFAILED  {error}")
        return 1
    summary(evidence, out=options.out)
    problems = shortcomings(evidence)
    say("\n" + "\n".join(f"FAILED  {problem}" for problem in problems) if problems else "\nall of M1 to M14 seen")
    return 1 if problems else 0


def perform(*, seed: int, out: Path) -> Evidence:
    """Start a system of its own, play the story on it, and stop it."""
    with tempfile.TemporaryDirectory(prefix="alongside-demo-") as home, System(home=Path(home)) as system:
        stage = Stage(
            base_url=system.base_url,
            site_url=system.site_url,
            redis_url=system.redis_url,
            fonts=system.environment["FONTCONFIG_FILE"],
            seed=system.seed,
        )
        return asyncio.run(play(stage, seed=seed, out=out))


if __name__ == "__main__":
    sys.exit(main())
