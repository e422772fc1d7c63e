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

test("where nobody knows when a frame came, times of a tab still never go back", () => {
  const clock = new Clock();
  clock.hello(1, 100, 10_000);
  assert.deepEqual(
    [9_950, 20_000, 12_000, 12_500].map((time) => clock.frame(1, time)),
    [10_050, 20_100, 20_100, 20_600],
  );
});
