import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BadNativePage, chooseMapping, difference, pageTree } from "../../../web/capture/native";
import { TreeModel } from "../../../web/protocol/tree";

const vectors = process.env.VECTORS!;

for (const name of readdirSync(vectors)) {
  const vector = JSON.parse(readFileSync(join(vectors, name), "utf8"));
  test(`vector ${name}`, () => {
    const before = pageTree(vector.page, vector.mapping, vector.title);
    assert.deepEqual(before, vector.tree);
    const model = new TreeModel(before);
    const after = pageTree(vector.after, vector.mapping, vector.title);
    const change = difference(model.root, after, model.next);
    assert.deepEqual(change, vector.mutation);
    model.apply(change!);
    assert.equal(model.digest(), new TreeModel(after).digest());
    assert.equal(difference(model.root, after, model.next), null);
  });
}

test("what is no tree of tags is refused", () => {
  const deep = { tag: "a", rect: [0, 0, 1, 1], children: [] as unknown[] };
  let at = deep;
  for (let i = 0; i < 101; i++) {
    const inner = { tag: "a", rect: [0, 0, 1, 1], children: [] };
    at.children.push(inner);
    at = inner;
  }
  const wide = { tag: "a", rect: [0, 0, 1, 1], children: Array(20_001).fill({ tag: "b", rect: [0, 0, 1, 1] }) };
  for (const root of [null, 3, {}, { tag: "x" }, { tag: "x", rect: [0, 0, 1, Number.NaN] }, deep, wide]) {
    assert.throws(() => pageTree(root, { version: 1, rules: [] }), BadNativePage);
  }
});

test("the first mapping that is for the page is taken", () => {
  const a = { version: 1, pages: ["bay-*"], rules: [] };
  const b = { version: 1, rules: [] };
  assert.equal(chooseMapping({ b, a }, "bay-1"), a);
  assert.equal(chooseMapping({ b, a }, "till"), b);
  assert.deepEqual(chooseMapping({}, "till"), { version: 1, rules: [] });
});
