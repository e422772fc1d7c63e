import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ids } from "../../../web/capture/ids";
import { Marks } from "../../../web/capture/marks";
import { Notes } from "../../../web/capture/notes";
import type { Reader } from "../../../web/capture/reader";
import { type Node as TreeNode } from "../../../web/protocol/operations";
import { TreeModel } from "../../../web/protocol/tree";

const DEPTH = 300;

test("what many changed elements have in common is looked at once", () => {
  let tree: TreeNode = [3, DEPTH + 2, "text"];
  for (let id = DEPTH + 1; id > 1; id--) tree = [1, id, "p", {}, [tree]];
  const elements = Array.from({ length: DEPTH }, (_, at) => ({ nodeType: 1, at: at + 2 }));
  let looks = 0;
  const ids = {
    has: () => true,
    of: (node: { at: number }) => node.at,
    node: (id: number) => {
      looks++;
      return elements[id - 2];
    },
  };
  const reader = { affectedBy: () => [], masking: { reachOf: (element: Element) => element } };
  const notes = new Notes(new Marks(), ids as unknown as Ids, reader as unknown as Reader);
  const records = elements.toReversed().map((target) => ({
    type: "attributes",
    target,
    attributeName: "class",
    removedNodes: [],
  }));
  notes.take(records as unknown as MutationRecord[], new TreeModel([9, 1, [tree]]));
  assert.equal(looks, DEPTH + 1);
});
