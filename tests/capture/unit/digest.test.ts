import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocumentNode, Node } from "../../../web/protocol/operations";
import { sha256Hex } from "../../../web/protocol/sha256";
import { childrenOf, extraOf, TreeModel } from "../../../web/protocol/tree";
import { page } from "./trees";

/** As docs/protocol.md says it. */
function form(node: Node): string {
  const children = childrenOf(node);
  if (!children) return JSON.stringify([node[0], ...node.slice(2)]);
  const { ns, quirks, rules, adopted, top } = extraOf(node) ?? {};
  const inner = children.map((child) => (form(child).length > 1024 ? `"#${sha256Hex(form(child))}"` : form(child)));
  const names = Object.entries((node[3] ?? {}) as object).sort(([a], [b]) => (a < b ? -1 : 1));
  const head = node[0] === 1 ? `${JSON.stringify(node[2])},${JSON.stringify(names)},` : "";
  return `[${node[0]},${head}[${inner}],${JSON.stringify([ns, quirks, rules, adopted, top])}]`;
}

test("the digest is that of the canonical form, short or long", () => {
  for (const rows of [0, 5, 20, 3000]) {
    const whole = form(page(rows));
    assert.equal(new TreeModel(page(rows)).digest(), sha256Hex(whole.length > 1024 ? `"#${sha256Hex(whole)}"` : whole));
  }
});

test("a digest that was worked out in parts is that of the whole", () => {
  const [whole, parts] = [new TreeModel(page(500)), new TreeModel(page(500))];
  let [rounds, left] = [0, 0];
  while (!parts.isDigested(() => left-- <= 0)) {
    left = 50;
    rounds++;
  }
  assert.ok(rounds > 10);
  assert.equal(parts.digest(), whole.digest());
  for (const model of [whole, parts]) model.setText(11, "changed");
  assert.equal(parts.isDigested(() => true), false);
  assert.equal(parts.digest(), whole.digest());
});
