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
  assert.equal(after(1000, 1001).wait(1051, 0), 0);
});

test("what follows is gathered until the interval is over", () => {
  assert.equal(after(1000, 1001).wait(1001, 0), 50);
  assert.equal(after(1000, 1001).wait(1011, 0), 40);
});

test("a page that costs much to compare gets an eighth of the time, and is never left for more than 2 s", () => {
  assert.equal(after(1000, 1100).wait(1100, 0), 800);
  assert.equal(after(1000, 1100).wait(1500, 0), 400);
  assert.equal(after(1000, 9000).wait(9000, 0), 2000);
});

test("a line that can't keep up is served less often, the first change included", () => {
  assert.equal(after(1000, 1001).wait(1101, 300 * 1024), 400);
  assert.equal(after(1000, 1001).wait(1101, 2 * 1024 * 1024), 1900);
});
