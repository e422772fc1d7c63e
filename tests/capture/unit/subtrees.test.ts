import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bareText } from "../../../web/capture/bare_text";
import { finished } from "../../../web/capture/budget";
import { numbered } from "../../../web/protocol/bare";
import { TreeModel } from "../../../web/protocol/tree";

interface Vector {
  what: string;
  text: string;
  sha256: string;
}

const VECTORS: Vector[] = JSON.parse(
  readFileSync(join(process.env.VECTORS ?? "", "..", "subtrees", "vectors.json"), "utf8"),
);
const NOWHERE = { find: () => 0, put: () => 0 };

for (const { what, text, sha256 } of VECTORS) {
  test(`a subtree has one text, and one digest: ${what}`, () => {
    const model = new TreeModel(numbered([9, [JSON.parse(text)]], () => undefined));
    model.digest();
    const node = model.root[2][0]!;
    assert.equal(model.nameOf(node), sha256);
    assert.equal(finished(bareText(model, NOWHERE, node)), text);
  });
}
