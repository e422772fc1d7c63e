import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { globs } from "../../../web/capture/globs";
import { chooseMapping, type Mapping, pageTree } from "../../../web/native/convert";
import { difference } from "../../../web/native/difference";
import { BadNativePage, checkVersion } from "../../../web/native/page";
import { type DataType, findPersonal, hidden, holdsCard } from "../../../web/capture/personal";
import { TreeModel } from "../../../web/protocol/tree";

const vectors = process.env.VECTORS!;

function read(...path: string[]) {
  return JSON.parse(readFileSync(join(vectors, ...path), "utf8"));
}

for (const name of readdirSync(vectors).filter((name) => name.endsWith(".json"))) {
  const vector = read(name);
  const data = new Set((vector.data ?? []) as DataType[]);
  const sight = { hides: (text: string) => hidden(text, findPersonal(text, data)), holdsCard };
  test(`vector ${name}`, () => {
    const before = pageTree(vector.page, vector.mapping, vector.title, sight);
    assert.deepEqual(before, vector.tree);
    assert.equal(new TreeModel(structuredClone(before)).digest(), vector.digest);
    const model = new TreeModel(before);
    const after = pageTree(vector.after, vector.mapping, vector.title, sight);
    const change = difference(model.root, after, model.next);
    assert.deepEqual(change, vector.mutation);
    model.apply(structuredClone(change)!);
    assert.equal(model.digest(), new TreeModel(after).digest());
    assert.equal(difference(model.root, after, model.next), null);
  });
}

/** Its page tree without a title, of whose texts nothing is hidden. */
function converted(page: unknown, mapping: Mapping = { version: 1, rules: [] }) {
  return pageTree(page, mapping, "", { hides: String, holdsCard });
}

interface Handed {
  name: string;
  root?: unknown;
  deep?: number;
  wide?: number;
  refused?: boolean;
}

function rootOf({ root, deep = 0, wide }: Handed): unknown {
  if (wide) return { tag: "a", rect: [0, 0, 1, 1], children: Array(wide).fill({ tag: "b", rect: [0, 0, 1, 1] }) };
  let made = root;
  for (let i = 0; i < deep; i++) made = { tag: "a", rect: [0, 0, 1, 1], children: made ? [made] : [] };
  return made;
}

test("what is no tree of tags, or too large, is refused", () => {
  for (const vector of read("refused", "pages.json") as Handed[]) {
    const convert = () => converted(rootOf(vector));
    if (vector.refused) assert.throws(convert, BadNativePage, vector.name);
    else convert();
  }
  for (const side of [Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => converted({ tag: "a", rect: [0, 0, 1, side] }), BadNativePage);
  assert.throws(() => checkVersion({ version: 2 }), BadNativePage);
  checkVersion({});
});

test("a page that holds itself is refused", () => {
  const page = { tag: "a", rect: [0, 0, 1, 1], children: [] as unknown[] };
  page.children.push(page);
  assert.throws(() => converted(page), BadNativePage);
});

test("what a mapping makes of a page is bounded", () => {
  const children = Array(20).fill({ children: Array(20).fill({}) });
  const many = { version: 1 as const, rules: [{ match: { tag: "*" }, children }] };
  const wide = { tag: "a", rect: [0, 0, 1, 1], children: Array(1000).fill({ tag: "b", rect: [0, 0, 1, 1] }) };
  assert.throws(() => converted(wide, many), BadNativePage);
  const long = { version: 1 as const, rules: [{ match: { tag: "*" }, text: "{{text}}".repeat(100) }] };
  const texts = Array(20).fill({ tag: "b", text: "x".repeat(10_000), rect: [0, 0, 1, 1] });
  assert.throws(() => converted({ ...wide, children: texts }, long), BadNativePage);
});

test("a pattern takes linear time", () => {
  assert.equal(globs(`${"*a".repeat(100)}*b`, "a".repeat(10_000)), false);
  assert.equal(globs("a*a", "a"), false);
  assert.equal(globs("*Edit*Text", "MyEditableText"), true);
  assert.equal(globs("", ""), true);
});

test("the first mapping that is for the page is taken", () => {
  const a = { version: 1, pages: ["bay-*"], rules: [] };
  const b = { version: 1, rules: [] };
  assert.equal(chooseMapping({ b, a }, "bay-1"), a);
  assert.equal(chooseMapping({ b, a }, "till"), b);
  assert.deepEqual(chooseMapping({}, "till"), { version: 1, rules: [] });
});
