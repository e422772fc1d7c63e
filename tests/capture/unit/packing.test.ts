import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MAX_INFLATED_BYTES } from "../../../web/protocol/deflate";
import { StreamFault } from "../../../web/protocol/inflate";
import { PACKED, PackStream } from "../../../web/protocol/packing";
import { UnpackStream } from "../../../web/protocol/unpacking";
import { anyTexts, numbers } from "./any_texts";

interface Vector {
  text: string;
  /** How often. */
  times: number;
  /** So many numbers follow. */
  numbers: number;
  packed: string;
}

const VECTORS = JSON.parse(readFileSync(`${process.env.VECTORS}/../frames/packed.json`, "utf8")) as Vector[];

function packed(stream: PackStream, text: string): Uint8Array<ArrayBuffer> {
  assert.equal(stream.add(text), Buffer.byteLength(text));
  return stream.flush();
}

function check(batches: string[]): number {
  const [pack, unpack] = [new PackStream(), new UnpackStream()];
  let bytes = 0;
  for (const text of batches) {
    const sent = packed(pack, text);
    assert.equal(`${unpack.push(sent).join("\n")}\n`, text);
    bytes += sent.length;
  }
  return bytes;
}

test("each batch is read as soon as it has come, whatever is in it", () => {
  for (let seed = 1; seed <= 20; seed++) check(anyTexts(seed, 20).map((text) => `${text}\n`));
  check(["\n", "\n\n", "\0\r\t\n", "\n"]);
});

test("what a page says costs few bytes from its first batch on", () => {
  assert.ok(check(['["pointer",4340,[[0,628,432,132,120,-2,12]]]\n']) < 20);
  const rows = Array.from({ length: 200 }, (_, at) => `["scroll",${at * 150},1,0,${at * 90}]\n`);
  assert.ok(check(rows) < 200 * 7);
});

test("much at once is read back, too, and what follows it", () => {
  const any = numbers(3);
  const long = Array.from({ length: 10_000 }, () => `<td class="cell">${any(1000)}</td>`).join("");
  const first = packed(new PackStream(), `${long}\n`).length;
  assert.ok(first < long.length / 6);
  assert.ok(check([`${long}\n`, "[1]\n", "a".repeat(300_000) + "\n", `${long}\n`]) < 2 * first);
});

test("what was added in parts comes in one, and in frames as well", () => {
  const [pack, unpack] = [new PackStream(), new UnpackStream()];
  const line = JSON.stringify(["x", "上x".repeat(5000), Math.PI]);
  for (const half of [line, `${line}\n`]) for (let at = 0; at < half.length; at += 999) pack.add(half.slice(at, at + 999));
  const bytes = pack.flush();
  for (let at = 0; at < bytes.length - 7; at += 7) assert.deepEqual(unpack.push(bytes.slice(at, at + 7), true), []);
  assert.deepEqual(unpack.push(bytes.slice(bytes.length - (bytes.length % 7 || 7))), [line + line]);
  assert.deepEqual(unpack.push(packed(pack, "[1]\n[2]\n")), ["[1]", "[2]"]);
});

test("the bytes are those that Python reads", () => {
  const pack = new PackStream();
  for (const vector of VECTORS) {
    const rest = Array.from({ length: vector.numbers }, (_, at) => (at * at * 7919) % 1_000_003);
    const sent = packed(pack, `${vector.text.repeat(vector.times)}${rest.join()}\n`);
    assert.equal(Buffer.from(sent).toString("hex"), vector.packed);
  }
});

test("what is broken, cut off or too long is a fault", () => {
  assert.throws(() => new UnpackStream().push(Uint8Array.of(1, 2, 3)), StreamFault);
  assert.throws(() => new UnpackStream().push(new Uint8Array()), StreamFault);
  const whole = packed(new PackStream(), `${JSON.stringify(Array.from({ length: 300 }, (_, at) => Math.sqrt(at)))}\n`);
  assert.throws(() => new UnpackStream().push(whole.slice(0, 60)), StreamFault);
  assert.throws(() => new UnpackStream().push(Uint8Array.of(PACKED, ...new Uint8Array(300).fill(0xaa))), StreamFault);
  const bomb = packed(new PackStream(), `${"a".repeat(MAX_INFLATED_BYTES + 1)}\n`);
  assert.ok(bomb.length < 100_000);
  assert.throws(() => new UnpackStream().push(bomb), StreamFault);
});
