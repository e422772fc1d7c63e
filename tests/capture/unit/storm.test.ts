import assert from "node:assert/strict";
import { test } from "node:test";
import { Storm } from "../../../web/capture/storm";

const SIZE = 1000;

function page(weight: number, size = SIZE) {
  return { weight: () => weight, model: { size }, rest: () => undefined, isBehind: false };
}

function stormy(at: number): Storm {
  const storm = new Storm();
  for (let i = 0; i < 4; i++) storm.holds(page(SIZE), at + i);
  return storm;
}

test("a page that is being built is sent as differences", () => {
  const storm = new Storm();
  assert.deepEqual(
    [0, 50, 100].map((at) => storm.holds(page(SIZE), at)),
    [false, false, false],
  );
});

test("one that goes on is not watched any more, until it has been sent whole", () => {
  const storm = stormy(10_000);
  assert.equal(storm.isOn, true);
  assert.equal(storm.holds(page(0), 10_050), true);
  assert.equal(storm.wait(10_050), 0);
  storm.sentWhole(10_050, 10_100);
  assert.equal(storm.isOn, false);
});

test("a page is sent whole every two seconds at most, and an eighth of the time", () => {
  const [quick, slow] = [stormy(0), stormy(0)];
  quick.sentWhole(10, 20);
  assert.equal(quick.wait(20), 2000);
  slow.sentWhole(1000, 2000);
  assert.equal(slow.wait(2000), 8000);
});

test("what goes on after the whole page is held at once, what is calm is not", () => {
  const storm = stormy(0);
  storm.sentWhole(10, 20);
  assert.equal(storm.holds(page(10), 70), false);
  assert.equal(storm.holds(page(SIZE), 120), true);
});

test("small differences are no storm, however many", () => {
  const storm = new Storm();
  for (let at = 0; at < 1000; at++) assert.equal(storm.holds(page(399, 100), at), false);
});

test("what is left of one large difference is no other one", () => {
  const storm = new Storm();
  for (let left = 5000; left > 0; left -= 500) {
    assert.equal(storm.holds(page(left), 5000 - left), false);
    storm.flushed({ ...page(left - 500), isBehind: true });
  }
});

test("a page that is rewritten while one large difference is taken is a storm", () => {
  const storm = new Storm();
  const held = [0, 20, 40, 60].map((at) => {
    const isHeld = storm.holds(page(5000), at);
    storm.flushed({ ...page(4000), isBehind: true });
    return isHeld;
  });
  assert.deepEqual(held, [false, false, false, true]);
});
