import assert from "node:assert/strict";
import { test } from "node:test";
import { clipped } from "../../../web/protocol/text";

test("a text that is cut through a character can still be stored", () => {
  assert.equal(clipped("ab🚚", 3), "ab\uFFFD");
  assert.equal(clipped("ab🚚", 4), "ab🚚");
  assert.equal(clipped("\uDE9A上", 10), "\uFFFD上");
});
