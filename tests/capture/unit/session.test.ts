import assert from "node:assert/strict";
import { test } from "node:test";
import type { AssetMap } from "../../../web/rebuild/asset_map";
import type { Item } from "../../../web/rebuild/decode";
import { SessionState } from "../../../web/rebuild/session";

const VIEWPORT = { width: 9, height: 9, dpr: 1, screen_width: 9, screen_height: 9, zoom: 1 };
const [ENTER, FRONT, BACKGROUND] = [1, 4, 8];
const TABS = 1 << 16;

function entered(page: number, flags: number): Item {
  const head = { kind: ENTER, flags, page, time: page };
  const arrival = { url: "https://a.example/", title: "", kind: "html" as const, viewport: VIEWPORT };
  return { at: 0, tab: page >> 16, page, seq: 1, head, name: "enter", arrival };
}

function changed(page: number): Item {
  const head = { kind: 3, flags: 0, page, time: 0 };
  const operation = ["scroll", 0, 1, 0, 1] as ["scroll", number, number, number, number];
  return { at: 0, tab: page >> 16, page, seq: 1, head, name: "operation", operation, line: JSON.stringify(operation) };
}

test("of many pages those of which nothing is heard are forgotten, never the one in front, and then do not fit", () => {
  const session = new SessionState({} as AssetMap, 3);
  session.take(entered(TABS + 1, FRONT));
  for (let tab = 2; tab < 5; tab++) session.take(entered(tab * TABS + 1, BACKGROUND));
  assert.deepEqual([1, 2, 3, 4].map((tab) => !!session.page(tab * TABS + 1)), [true, false, true, true]);
  assert.equal(session.current, TABS + 1);
  assert.throws(() => session.take(changed(2 * TABS + 1)), /before the snapshot/);
});
