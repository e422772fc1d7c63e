import assert from "node:assert/strict";
import { test } from "node:test";
import { bareText, type Shelving } from "../../../web/capture/bare_text";
import { finished } from "../../../web/capture/budget";
import { NotOnShelf, numbered, sizeOf } from "../../../web/protocol/bare";
import type { BareNode, DocumentNode, Node } from "../../../web/protocol/operations";
import { TooLarge, TreeFault, TreeModel } from "../../../web/protocol/tree";
import { page } from "./trees";

/** Keeps what is put there, up to a number of subtrees. */
class Shelf implements Shelving {
  readonly subtrees: BareNode[] = [];
  private readonly names: string[] = [];

  constructor(private readonly most = Infinity) {}

  readonly look = (number: number): BareNode | undefined => this.subtrees[number - 1];

  find(name: string): number {
    return this.names.indexOf(name) + 1;
  }

  put(name: string, text: string): number {
    if (this.names.length >= this.most) return 0;
    this.subtrees.push(JSON.parse(text));
    return this.names.push(name);
  }
}

function written(root: DocumentNode, shelf: Shelf): BareNode {
  const model = new TreeModel(structuredClone(root));
  model.digest();
  return JSON.parse(finished(bareText(model, shelf)));
}

const NAVIGATION: Node = [1, 4, "nav", {}, Array.from({ length: 60 }, (_, n) => [1, 5 + n, "a", { href: `#${n}` }, []])];
const site = (text: string): DocumentNode => [
  9,
  1,
  [[10, 2, "html", "", ""], [1, 3, "html", {}, [NAVIGATION, [1, 65, "p", {}, [[3, 66, text]]]]]],
];

test("what is written is read as the same tree, numbered in pre-order", () => {
  for (const rows of [0, 1, 30, 5000]) {
    for (const shelf of [new Shelf(), new Shelf(0), new Shelf(1)]) {
      const bare = written(page(rows), shelf);
      assert.deepEqual(numbered(bare, shelf.look), page(rows));
      const sizes: number[] = [];
      for (const subtree of shelf.subtrees) sizes.push(sizeOf(subtree, sizes));
      assert.equal(sizeOf(bare, sizes), new TreeModel(page(rows)).size);
    }
  }
});

test("what an earlier page brought is a number in the next", () => {
  const shelf = new Shelf();
  written(site("one"), shelf);
  const { length } = shelf.subtrees;
  const second = written(site("two"), shelf);
  assert.ok(JSON.stringify(second).length < 150);
  assert.equal(shelf.subtrees.length, length + 0);
  assert.deepEqual(numbered(second, shelf.look), site("two"));
});

test("a text that is long is on the shelf as well", () => {
  const shelf = new Shelf();
  written(site("long ".repeat(1000)), shelf);
  assert.ok(JSON.stringify(written(site("long ".repeat(1000)), shelf)).length < 150);
});

test("what a digest leaves out is never shared", () => {
  const blocked = (width: number): DocumentNode => {
    const root = site("one");
    const [, html] = root[2] as [Node, [1, number, string, object, Node[]]];
    html[4].splice(1, 1, [1, 65, "div", { title: "x".repeat(2000) }, [], { block: [width, 10] }]);
    return root;
  };
  const shelf = new Shelf();
  assert.deepEqual(numbered(written(blocked(1), shelf), shelf.look), blocked(1));
  assert.deepEqual(numbered(written(blocked(2), shelf), shelf.look), blocked(2));
});

test("two trees have nothing of the shelf in common", () => {
  const shelf = new Shelf();
  written(page(40), shelf);
  const bare = written(page(40), shelf);
  const one = new TreeModel(numbered(bare, shelf.look));
  one.apply({ s: [[9, { class: "changed" }]], e: [[4, { adopted: [] }]] });
  assert.deepEqual(numbered(bare, shelf.look), page(40));
});

test("a hostile shelf is refused", () => {
  const read = (root: unknown, subtrees: unknown[]) => () =>
    numbered(root as BareNode, (number) => subtrees[number - 1] as BareNode);
  assert.throws(read([9, [1]], []), NotOnShelf);
  assert.throws(read([9, [1]], [[1, "p", {}, [1]]]), NotOnShelf);
  assert.throws(read([9, [2]], [[1, "p", {}, [2]], 1]), NotOnShelf);
  const doubled = Array.from({ length: 40 }, (_, n) => [1, "p", {}, n ? [n, n] : []]);
  assert.throws(read([9, [40]], doubled), TooLarge);
  let deep: unknown = "x";
  for (let n = 0; n < 600; n++) deep = [1, "p", {}, [deep]];
  assert.throws(read([9, [deep]], []), TooLarge);
  for (const bad of [null, true, {}]) assert.throws(read([9, [bad]], []), TreeFault);
});
