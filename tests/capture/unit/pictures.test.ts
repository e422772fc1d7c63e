import assert from "node:assert/strict";
import { test } from "node:test";
import type { Item } from "../../../web/rebuild/decode";
import { withPictures } from "../../../web/rebuild/pictures";

const tree = [9, 1, [[1, 2, "canvas", {}, []]]];
const item = (at: number, operation: unknown[]): Item =>
  ({ at, tab: 1, page: 65536, seq: 1, name: "operation", operation }) as unknown as Item;
const canvas = (at: number, id: number, sha256: string): Item => item(at, ["canvas", at, id, sha256]);
const order = (items: Item[]): unknown[] =>
  items.map(({ at, ...rest }) => [at, ("operation" in rest && rest.operation[3]) || ""]);

test("a picture taken with the snapshot counts from it, the next from its own time", () => {
  const items = [item(100, ["snapshot", 0, tree, {}]), canvas(350, 2, "first"), canvas(1400, 2, "second")];
  assert.deepEqual(order(withPictures(items)).slice(1), [
    [100, "first"],
    [1400, "second"],
  ]);
});

test("a canvas that came later, and a picture that was taken later, stay where they are", () => {
  const items = [item(100, ["snapshot", 0, tree, {}]), canvas(200, 7, "new"), canvas(900, 2, "late")];
  assert.deepEqual(order(withPictures(items)).slice(1), [
    [200, "new"],
    [900, "late"],
  ]);
});

test("a picture never comes before the snapshot or the return that its canvas is in", () => {
  const items = [item(100, ["snapshot", 0, tree, {}]), canvas(900, 2, "a"), item(950, ["x", 0]), canvas(40, 2, "b")];
  items[2] = { ...items[2]!, name: "return" } as unknown as Item;
  assert.deepEqual(order(withPictures(items)).slice(1), [
    [900, "a"],
    [950, ""],
    [950, "b"],
  ]);
});
