import assert from "node:assert/strict";
import { test } from "node:test";
import { Rhythm } from "../../../web/capture/rhythm";

function after(began: number, ended: number): Rhythm {
  const rhythm = new Rhythm();
  rhythm.flushed(began, ended);
  return rhythm;
}

test("the first change after quiet waits for nothing", () => {
  assert.equal(new Rhythm().wait(5, 0), 0);
  assert.equal(after(1000, 1001).wait(1041, 0), 0);
});

test("what follows is gathered until the interval is over", () => {
  assert.equal(after(1000, 1001).wait(1001, 0), 40);
  assert.equal(after(1000, 1001).wait(1011, 0), 30);
});

test("a page that costs much to compare gets an eighth of the time, and is never left for more than 10 s", () => {
  const rhythm = new Rhythm();
  let now = 1000;
  for (let flush = 0; flush < 100; flush++) {
    rhythm.flushed(now, now + 40);
    now += 40 + rhythm.wait(now + 40, 0);
  }
  assert.ok(now - 1000 > 100 * 40 * 8 - 250, `${now}`);
  assert.equal(after(1000, 3000).wait(3000, 0), 10_000);
});

test("a single flush that took long holds the next one up by less than its share", () => {
  assert.equal(after(1000, 1030).wait(1030, 0), 40);
  assert.equal(after(1000, 1100).wait(1100, 0), 550);
});

test("a line that can't keep up gets nothing more until little waits, or for 10 s", () => {
  const waiting = 100 * 1024;
  assert.equal(after(1000, 1001).wait(5000, waiting), 100);
  assert.equal(after(1000, 1001).isHeld(5000, waiting), true);
  assert.equal(after(1000, 1001).isHeld(5000, 10 * 1024), false);
  assert.equal(after(1000, 1001).isHeld(11_001, waiting), false);
});
