import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../../web/rebuild/clock";
import vectors from "../../vectors/clock/times.json";

type Step = [kind: string, tab: number, time: number, known: number | null, expected: number];

for (const { name, steps } of vectors) {
  test(name, () => {
    const clock = new Clock();
    for (const [kind, tab, time, known, expected] of steps as Step[]) {
      if (kind === "hello") clock.hello(tab, time, known!);
      else if (kind === "frame") assert.equal(clock.frame(tab, time, known!), expected);
      else assert.equal(clock.operation(tab, time, known ?? undefined), expected);
    }
  });
}

test("what is past is timed by the newest offset, and says nothing about the clock", () => {
  const clock = new Clock();
  clock.hello(1, 100, 5_000_000);
  assert.deepEqual(
    [1_000_000, 3_000_000, 2_000_000].map((time) => clock.past(1, time)),
    [1_000_100, 3_000_100, 2_000_100],
  );
  assert.equal(clock.frame(1, 4_999_950, 5_000_300), 5_000_050);
  assert.equal(clock.operation(1, 4_999_800), 4_999_900);
  assert.equal(clock.past(2, 7), 7);
});
