import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocumentNode, Operation } from "../../../web/protocol/operations";
import type { Item } from "../../../web/rebuild/decode";
import { PageState } from "../../../web/rebuild/page_state";

const VIEWPORT = { width: 9, height: 9, dpr: 1, screen_width: 9, screen_height: 9, zoom: 1 };

function said(operation: Operation): Item {
  const head = { kind: 3, flags: 0, page: 1, time: 0 };
  return { at: 0, tab: 1, page: 1, seq: 1, head, name: "operation", operation, line: JSON.stringify(operation) };
}

test("what is volatile of a node goes with it, also of one that is deep in what goes", () => {
  const field = [1, 4, "input", {}, []] as [1, number, string, Record<string, string>, []];
  const tree: DocumentNode = [9, 1, [[1, 2, "div", {}, [[1, 3, "p", {}, [field]]]]]];
  const state = new PageState(1);
  state.take(said(["snapshot", 0, tree, { values: [[4, "a", 0]] }, VIEWPORT]));
  state.take(said(["scroll", 1, 3, 0, 9]));
  state.take(said(["media", 1, 4, { paused: 1, time: 1 }]));
  state.take(said(["canvas", 1, 4, "a".repeat(64)]));
  assert.deepEqual([...state.values.keys(), ...state.scroll.keys()], [4, 3]);
  state.take(said(["mutation", 2, { r: [[1, 2]] }]));
  assert.equal(state.values.size + state.scroll.size + state.media.size + state.canvas.size, 0);
});
