import assert from "node:assert/strict";
import { test } from "node:test";
import { BadFrame, checkedExtra, toldBy } from "../../../web/capture/told";

const known = new Map<unknown, Node>([1, 2, 3].map((id) => [id, { id } as unknown as Node]));
const find = (id: unknown): Node => {
  const node = known.get(id);
  if (!node) throw new BadFrame();
  return node;
};
/** The numbers that the page has for them. */
const here = (node: Node): number => (node as unknown as { id: number }).id + 100;

test("what a frame tells goes on with the numbers that the page has", () => {
  const cases: [unknown[], unknown[]][] = [
    [["scroll", 5, 1, 0, 40], ["scroll", 5, 101, 0, 40]],
    [["input", 5, 2, "••", 0], ["input", 5, 102, "••", 0]],
    [["click", 5, "mousedown", 3, 7, 8], ["click", 5, "mousedown", 103, 7, 8]],
    [["media", 5, 1, { paused: 1, time: 2.5 }], ["media", 5, 101, { paused: 1, time: 2.5 }]],
    [["canvas", 5, 1, "a".repeat(64)], ["canvas", 5, 101, "a".repeat(64)]],
    [["pointer", 5, [[0, 1, 2, 3, 10, 1, 1], [20, 1, 2, 0]]], ["pointer", 5, [[0, 1, 2, 103, 10, 1, 1], [20, 1, 2, 0]]]],
    [["selection", 5, [[1, 0, 2, 4]]], ["selection", 5, [[101, 0, 102, 4]]]],
  ];
  for (const [told, expected] of cases) assert.deepEqual(toldBy(told, find)!(here), expected);
});

test("what is about something that has gone is not sent", () => {
  assert.equal(toldBy(["scroll", 5, 1, 0, 0], find)!(() => 0), null);
  assert.equal(toldBy(["selection", 5, [[1, 0, 2, 4]]], find)!(() => 0), null);
});

test("what only the page as a whole says is left out", () => {
  for (const name of ["snapshot", "mutation", "viewport", "highlight", "pinch", "shelf", "checkpoint", "unknown"])
    assert.equal(toldBy([name, 5, [], []], find), null, name);
  assert.deepEqual(checkedExtra({ media: { type: "print" }, top: "fullscreen", quirks: 1 }), { quirks: 1 });
});

test("a time is no later than now", () => {
  const [, at] = toldBy(["scroll", 9e14, 1, 0, 0], find)!(here) as unknown as [string, number];
  assert.ok(at <= Date.now());
});

test("what is not as the protocol says is refused", () => {
  const operations: unknown[][] = [
    ["scroll", 5, 1, "far", 0],
    ["scroll", 5, 9, 0, 0],
    ["scroll", "5", 1, 0, 0],
    ["scroll", Number.NaN, 1, 0, 0],
    ["scroll", 5, 1, 1e12, 0],
    ["input", 5, 1, ["text"], 0],
    ["click", 5, "explode", 1, 0, 0],
    ["click", 5, "click", 1, 0, null],
    ["canvas", 5, 1, "../../etc"],
    ["media", 5, 1, { time: "now" }],
    ["pointer", 5, [[0, 1, 2]]],
    ["pointer", 5, [[0]]],
    ["pointer", 5, "everywhere"],
    ["selection", 5, [[1, 0, 2]]],
  ];
  for (const operation of operations) assert.throws(() => toldBy(operation, find), BadFrame, JSON.stringify(operation));
  const extras: object[] = [
    { ns: "html" },
    { rules: "a {}" },
    { adopted: ["a {}"] },
    { block: ["1", 2] },
    { top: "all" },
    { gap: ["frame", 1, 2] },
    { shown: 1 },
    { toString: 1 },
    { unknown: 1 },
  ];
  for (const extra of extras) assert.throws(() => checkedExtra(extra), BadFrame, JSON.stringify(extra));
});
