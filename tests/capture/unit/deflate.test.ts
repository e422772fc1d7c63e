import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { DeflateStream } from "../../../web/protocol/deflate";
import { codeFor } from "../../../web/protocol/huffman";
import { InflateStream } from "../../../web/protocol/inflate";
import { anyTexts, numbers, WINDOW } from "./any_texts";
import { deflated } from "./deflated";

function whole(pieces: Uint8Array[]): string {
  return inflateRawSync(Buffer.concat(pieces), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
}

/** Each piece has to be read by itself, and zlib has to read all of them. Returns how long they are. */
function check(stream: DeflateStream, texts: string[]): number {
  const inflate = new InflateStream();
  const pieces = texts.map((text) => {
    const piece = deflated(stream, `${text}\n`);
    assert.equal(inflate.push(piece).join("\n"), text);
    return piece;
  });
  assert.equal(whole(pieces), texts.map((text) => `${text}\n`).join(""));
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

test("zlib reads what was written, whatever it is and wherever it is flushed", () => {
  for (let seed = 1; seed <= 150; seed++) check(new DeflateStream(), anyTexts(seed, 20));
});

test("a stream goes on beyond what it looks back to, and beyond 4 GiB", () => {
  const texts = anyTexts(7, 600);
  const bytes = check(new DeflateStream(), texts);
  for (const origin of [2 ** 31, 2 ** 32, 2 ** 33]) {
    const late = Object.assign(new DeflateStream(), { origin: origin - 1_000_000 });
    assert.ok(check(late, texts) < bytes * 1.001);
  }
});

test("what is repeated from the edge of the window is found there and not beyond", () => {
  const any = numbers(3);
  const noise = Array.from({ length: 2 * WINDOW }, () => String.fromCharCode(33 + any(90))).join("");
  const sizes = [WINDOW, WINDOW + 1].map((distance) => {
    const stream = new DeflateStream();
    const first = noise.slice(0, distance);
    const pieces = [deflated(stream, first), deflated(stream, first.slice(0, 1000))];
    assert.equal(whole(pieces), first + first.slice(0, 1000));
    return pieces[1]!.length;
  });
  assert.ok(sizes[0]! < 40 && sizes[1]! > 40, sizes.join());
});

test("nothing takes but a few bytes, and so does a long run", () => {
  assert.deepEqual([...new DeflateStream().flush()], [0, 0, 0, 255, 255]);
  const stream = new DeflateStream();
  const pieces = [deflated(stream, "a".repeat(1_000_000)), stream.flush()];
  assert.equal(whole(pieces), "a".repeat(1_000_000));
  assert.ok(pieces[0]!.length < 1_500);
});

test("it takes no more room than level 6 of zlib", () => {
  const any = numbers(11);
  const rows = Array.from({ length: 5_000 }, (_, n) => [1, n, "td", { class: `c${any(9)}`, id: `r${n}` }, [[3, n + 1, `${any(1e6)}`]]]);
  const text = JSON.stringify(rows);
  for (const part of [text, text.slice(0, 3_000), text.slice(0, 60)]) {
    const own = deflated(new DeflateStream(), part).length;
    const zlib = deflateRawSync(part, { level: 6, finishFlush: constants.Z_SYNC_FLUSH }).length;
    assert.ok(own <= zlib * 1.02, `${own} bytes, zlib ${zlib}`);
  }
});

test("no word of a code is longer than it may be, and no shorter words would do", () => {
  const fibonacci = [1, 1];
  while (fibonacci.length < 24) fibonacci.push(fibonacci.at(-1)! + fibonacci.at(-2)!);
  for (const most of [15, 7, 5]) {
    const { lengths } = codeFor(Uint16Array.from(fibonacci), most);
    assert.ok(Math.max(...lengths) <= most);
    assert.equal(
      lengths.reduce((sum, bits) => sum + 2 ** -bits, 0),
      1,
    );
    assert.deepEqual(lengths, lengths.toSorted().reverse());
  }
  assert.deepEqual([...codeFor(Uint16Array.of(5, 0, 9, 12, 13, 16, 45), 15).lengths], [4, 0, 4, 3, 3, 3, 1]);
  assert.deepEqual([...codeFor(Uint16Array.of(0, 7), 15).lengths], [0, 1]);
});
