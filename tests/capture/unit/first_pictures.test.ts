import assert from "node:assert/strict";
import { test } from "node:test";
import type { Item } from "../../../web/rebuild/decode";
import { withFirstPictures } from "../../../web/rebuild/first_pictures";

const tree = [9, 1, [[1, 2, "canvas", {}, []]]];
const item = (at: number, operation: unknown[]): Item =>
  ({ at, tab: 1, page: 65536, seq: 1, name: "operation", operation }) as unknown as Item;
const canvas = (at: number, id: number, sha256: string): Item => item(at, ["canvas", at, id, sha256]);
const order = (items: Item[]): unknown[] =>
  items.map(({ at, ...rest }) => [at, ("operation" in rest && rest.operation[3]) || ""]);

test("the first picture of a canvas counts from the snapshot, the next from its own time", () => {
  const items = [item(100, ["snapshot", 0, tree, {}]), canvas(900, 2, "first"), canvas(1400, 2, "second")];
  assert.deepEqual(order(withFirstPictures(items)).slice(1), [
    [100, "first"],
    [1400, "second"],
  ]);
});

test("a canvas that came later, and a picture that came much later, stay where they are", () => {
  const items = [item(100, ["snapshot", 0, tree, {}]), canvas(900, 7, "new"), canvas(19_000, 2, "late")];
  assert.deepEqual(order(withFirstPictures(items)).slice(1), [
    [900, "new"],
    [19_000, "late"],
  ]);
});
