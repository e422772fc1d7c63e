import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../../../web/capture/pace";

interface Run {
  /** Longest time that a packet waited behind others, after `settledMs`. */
  queueMs: number;
  bytesPerMs: number;
  pace: Pace;
}

/** A line with a queue: pieces go out one after the other, and are answered a round trip later, or when `free(then)`. */
function run(
  { bytesPerMs, roundTripMs, forMs, settledMs = 0 }: Record<string, number>,
  free: (at: number) => number = (at) => at,
): Run {
  const pace = new Pace();
  const answers: { at: number; sentAt: number; bytes: number }[] = [];
  let [now, freeAt, inFlight, queueMs, answered] = [0, 0, 0, 0, 0];
  while (now < forMs!) {
    while (!inFlight || pace.takes(pace.pieceBytes, inFlight)) {
      const bytes = pace.pieceBytes;
      if (now >= settledMs) queueMs = Math.max(queueMs, freeAt - now);
      freeAt = Math.max(now, freeAt) + bytes / bytesPerMs!;
      const at = free(freeAt + roundTripMs!);
      answers.push({ at: Math.max(at, answers.at(-1)?.at ?? 0), sentAt: now, bytes });
      inFlight += bytes;
    }
    const { at, sentAt, bytes } = answers.shift()!;
    now = at;
    inFlight -= bytes;
    answered += bytes;
    pace.answered(bytes, at - sentAt, now, true);
  }
  return { queueMs, bytesPerMs: answered / now, pace };
}

test("a slow line is used and its queue stays short", () => {
  const { queueMs, bytesPerMs } = run({ bytesPerMs: 32, roundTripMs: 150, forMs: 30_000, settledMs: 3_000 });
  assert.ok(bytesPerMs > 0.7 * 32, `${bytesPerMs} bytes a ms`);
  assert.ok(queueMs < 90, `${queueMs} ms`);
});

test("at the start the queue of a slow line stays short as well", () => {
  const { queueMs } = run({ bytesPerMs: 32, roundTripMs: 150, forMs: 3_000 });
  assert.ok(queueMs < 130, `${queueMs} ms`);
});

test("a fast line gets large pieces soon", () => {
  const { pace, bytesPerMs } = run({ bytesPerMs: 10_000, roundTripMs: 20, forMs: 1_000 });
  assert.equal(pace.pieceBytes, 32 * 1024);
  assert.ok(bytesPerMs > 4_000, `${bytesPerMs} bytes a ms`);
});

test("a server that is busy now and then is no full line", () => {
  const busy = (at: number): number => (at % 300 < 60 ? at - (at % 300) + 60 : at);
  const { bytesPerMs } = run({ bytesPerMs: 10_000, roundTripMs: 5, forMs: 3_000 }, busy);
  assert.ok(bytesPerMs > 500, `${bytesPerMs} bytes a ms`);
});

test("operations that fill the line leave the pieces the least", () => {
  const pace = new Pace();
  for (let piece = 0; piece < 50; piece++) pace.answered(1200, 150, piece * 10, true);
  for (let piece = 0; piece < 200; piece++) pace.answered(1200, 400, 500 + piece * 10, true);
  assert.ok(pace.takes(1200, 1200));
  assert.ok(!pace.takes(1200, 2400));
});
