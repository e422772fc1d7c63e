import assert from "node:assert/strict";
import { test } from "node:test";
import { Heads } from "../../../web/loader/heads";
import vectors from "../../vectors/frames/short_heads.json";

for (const { name, frames, messages } of vectors) {
  test(name, () => {
    const heads = new Heads();
    const short = frames.map((hex) => heads.short(Uint8Array.from(Buffer.from(hex, "hex"))));
    assert.deepEqual(
      short.map((bytes) => Buffer.from(bytes).toString("hex")),
      messages,
    );
  });
}
