import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha256 } from "../../../web/loader/sha256";

const known = (text: string): string => createHash("sha256").update(text).digest("hex");

test("the digest is that of the standard, whatever the length", () => {
  for (let length = 0; length < 200; length++) assert.equal(sha256("a".repeat(length)), known("a".repeat(length)));
  assert.equal(sha256("上海 🚚".repeat(5000)), known("上海 🚚".repeat(5000)));
});
