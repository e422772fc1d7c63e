import assert from "node:assert/strict";
import { test } from "node:test";
import { longestIncreasing } from "../../../web/capture/order";
import type { DocumentNode, Mutation } from "../../../web/protocol/operations";
import { MAX_DEPTH, TreeFault, TreeModel } from "../../../web/protocol/tree";

function page(text = "one"): DocumentNode {
  return [9, 1, [[10, 2, "html", "", ""], [1, 3, "html", { lang: "en", class: "a" }, [[1, 4, "p", {}, [[3, 5, text]]]]]]];
}

test("digest ignores ids and the order of attributes", () => {
  const other: DocumentNode = [9, 9, [[10, 8, "html", "", ""], [1, 7, "html", { class: "a", lang: "en" }, [[1, 6, "p", {}, [[3, 5, "one"]]]]]]];
  assert.equal(new TreeModel(page()).digest(), new TreeModel(other).digest());
});

test("digest changes with every part that is seen", () => {
  const digests = new Set([new TreeModel(page()).digest(), new TreeModel(page("two")).digest()]);
  const changes: Mutation[] = [
    { s: [[4, { id: "x" }]] },
    { a: [[3, 0, [1, 6, "p", {}, []]]] },
    { r: [[4, 5]] },
    { e: [[4, { rules: ["a{}"] }]] },
  ];
  for (const change of changes) {
    const model = new TreeModel(page());
    model.digest();
    model.apply(change);
    digests.add(model.digest());
  }
  assert.equal(digests.size, 6);
});

test("a change deep in a large tree reaches the digest of the root", () => {
  const rows: DocumentNode = page();
  const body = rows[2][1] as [1, number, string, Record<string, string>, unknown[]];
  for (let id = 10; id < 400; id++) body[4].push([1, id, "td", { class: `cell-${id}` }, []]);
  const model = new TreeModel(rows);
  const before = model.digest();
  model.apply({ t: [[5, "other"]] });
  assert.notEqual(model.digest(), before);
  model.apply({ t: [[5, "one"]] });
  assert.equal(model.digest(), before);
});

test("a move keeps the node, other adds are new", () => {
  const model = new TreeModel(page());
  model.apply({ a: [[3, 0, [1, 6, "b", {}, []]], [3, 4, 6]] });
  assert.deepEqual((model.node(3)[4] as { 1: number }[]).map((node) => node[1]), [6, 4]);
  assert.equal(model.next, 7);
});

test("renumbering counts in pre-order from 1", () => {
  const model = new TreeModel(page());
  model.apply({ a: [[3, 4, [1, 40, "b", {}, []]]] });
  const digest = model.digest();
  assert.equal(model.renumber()?.get(40), 4);
  assert.equal(model.digest(), digest);
  assert.equal(model.next, 7);
});

test("a tree that is numbered so is left as it is, and numbers go on behind its last", () => {
  const model = new TreeModel(page());
  model.apply({ a: [[3, 0, [1, 40, "b", {}, []]]] });
  model.apply({ r: [[3, 40]] });
  assert.equal(model.next, 41);
  const digest = model.digest();
  assert.equal(model.renumber(), null);
  assert.equal(model.next, 6);
  assert.equal(model.digest(), digest);
});

test("a change of what is not there is a fault", () => {
  const model = new TreeModel(page());
  for (const change of [{ r: [[3, 99]] }, { t: [[99, "x"]] }, { a: [[3, 99, [3, 10, "x"]]] }, { a: [[3, 0, [3, 5, "x"]]] }]) {
    assert.throws(() => model.apply(change as Mutation), TreeFault);
  }
});

test("a tree deeper than the limit is a fault", () => {
  let node: unknown = [3, 2, "x"];
  for (let id = 3; id < MAX_DEPTH + 10; id++) node = [1, id, "b", {}, [node]];
  assert.throws(() => new TreeModel([9, 1, [node]] as DocumentNode), TreeFault);
});

test("longest increasing run of positions", () => {
  assert.deepEqual(longestIncreasing([3, 0, 1, 2]), [1, 2, 3]);
  assert.deepEqual(longestIncreasing([]), []);
  assert.equal(longestIncreasing([5, 1, 4, 2, 3]).length, 3);
});
