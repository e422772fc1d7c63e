import assert from "node:assert/strict";
import { test } from "node:test";
import { BadFrame, decodeFrame } from "../../../web/protocol/wire";
import vectors from "../../vectors/frames/headers.json";

for (const { name, hex, refused } of vectors) {
  test(`${name} is ${refused ?? "taken"}`, () => {
    const decode = (): unknown => decodeFrame(Uint8Array.from(Buffer.from(hex, "hex")));
    if (refused === null) assert.doesNotThrow(decode);
    else assert.throws(decode, (error) => error instanceof BadFrame && error.code === refused);
  });
}
