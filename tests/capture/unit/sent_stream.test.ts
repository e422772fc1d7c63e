import assert from "node:assert/strict";
import { test } from "node:test";
import { InflateStream } from "../../../web/protocol/inflate";
import { PACKED } from "../../../web/protocol/packing";
import { SentStream } from "../../../web/protocol/sent_stream";
import { UnpackStream } from "../../../web/protocol/unpacking";

const LARGE = '["div",{"class":"row"}],'.repeat(2000);

function said(stream: SentStream, ...parts: string[]): Uint8Array<ArrayBuffer> {
  for (const part of parts) assert.ok(stream.add(part) > 0);
  return stream.flush();
}

test("what begins with little is packed, also when much follows", () => {
  const [stream, unpack] = [new SentStream(), new UnpackStream()];
  const first = said(stream, "[1", "2]\n");
  assert.equal(first[0], PACKED);
  assert.deepEqual(unpack.push(first), ["[12]"]);
  assert.deepEqual(unpack.push(said(stream, LARGE, "\n")), [LARGE]);
});

test("what begins with much is deflated, also when little follows", () => {
  const [stream, inflate] = [new SentStream(), new InflateStream()];
  assert.deepEqual(inflate.push(said(stream, "[", LARGE, "]", "\n")), [`[${LARGE}]`]);
  assert.deepEqual(inflate.push(said(stream, "[2]\n")), ["[2]"]);
});
