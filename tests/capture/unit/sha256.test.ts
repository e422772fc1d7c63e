import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { hexOf, hmac, Sha256, sha256Hex } from "../../../web/protocol/sha256";

const known = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

test("the digest is that of the standard, whatever the length", () => {
  for (let length = 0; length < 200; length++) assert.equal(sha256Hex("a".repeat(length)), known("a".repeat(length)));
  assert.equal(sha256Hex("上海 🚚".repeat(5000)), known("上海 🚚".repeat(5000)));
});

test("it does not matter in which pieces the bytes come", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);
  for (const size of [1, 3, 55, 56, 63, 64, 65, 128, 999]) {
    const hash = new Sha256();
    for (let at = 0; at < bytes.length; at += size) hash.update(bytes.subarray(at, at + size));
    assert.equal(hexOf(hash.digest()), known(bytes));
  }
});

test("a MAC is that of the standard", () => {
  for (const length of [0, 1, 32, 64]) {
    const key = new Uint8Array(length).fill(0xa5);
    const mac = createHmac("sha256", key).update("message").digest("hex");
    assert.equal(hexOf(hmac(key, new TextEncoder().encode("message"))), mac);
  }
});
