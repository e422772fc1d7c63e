import assert from "node:assert/strict";
import { test } from "node:test";
import { replaceUrls } from "../../../web/protocol/css";
import { BadOperation, parseOperation } from "../../../web/protocol/operations";
import { DeflateStream, MAX_INFLATED_BYTES } from "../../../web/protocol/deflate";
import { InflateStream, StreamFault } from "../../../web/protocol/inflate";
import { deflated } from "./deflated";

test("every batch can be read at once, over hundreds of flushes", () => {
  const [deflate, inflate] = [new DeflateStream(), new InflateStream()];
  for (let i = 0; i < 300; i++) {
    const line = JSON.stringify(["scroll", i, 1, i * 7, `é上🚚 ${"x".repeat(i)}`]);
    assert.deepEqual(inflate.push(deflated(deflate, `${line}\n`)), [line]);
  }
});

test("what was added in parts comes in one", () => {
  const [deflate, inflate] = [new DeflateStream(), new InflateStream()];
  const line = JSON.stringify(["x", "上x".repeat(20_000), Math.PI]);
  for (const half of [line, `${line}\n`]) for (let at = 0; at < half.length; at += 999) deflate.add(half.slice(at, at + 999));
  assert.deepEqual(inflate.push(deflate.flush()), [line + line]);
  assert.deepEqual(inflate.push(deflated(deflate, "[1]\n[2]\n")), ["[1]", "[2]"]);
});

test("a line over several frames comes when it is complete", () => {
  const [deflate, inflate] = [new DeflateStream(), new InflateStream()];
  const bytes = deflated(deflate, `${"上x".repeat(5000)}\n`);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 7) lines.push(...inflate.push(bytes.subarray(at, at + 7)));
  assert.deepEqual(lines, ["上x".repeat(5000)]);
});

test("a broken stream is a fault", () => {
  assert.throws(() => new InflateStream().push(Uint8Array.of(255, 255, 255, 255, 1, 2, 3)), StreamFault);
});

test("a stream that inflates beyond the limit is a fault", () => {
  const bytes = deflated(new DeflateStream(), "a".repeat(MAX_INFLATED_BYTES + 1));
  assert.ok(bytes.length < 100_000);
  assert.throws(() => new InflateStream().push(bytes), StreamFault);
});

test("lines that are no operation are refused", () => {
  for (const line of ["", "{}", "[]", '["eval",1]', '["scroll","x"]', "[1"]) assert.throws(() => parseOperation(line), BadOperation);
});

test("operations that a video could not be drawn from are refused", () => {
  const good = ['["pointer",1,[[0,1,2,3]]]', '["click",1,"click",4,5,6]', '["scroll",1,1,0,9]', '["input",1,2,"a",1]'];
  for (const line of good) assert.equal(parseOperation(line)[1], 1);
  const bad = [
    '["scroll",1e999,1,0,0]',
    '["pointer",0]',
    '["pointer",0,[null]]',
    '["pointer",0,[[0,null,1,1]]]',
    '["pointer",0,[[0,1e300,1,1]]]',
    '["click",0,"click",1,1e999,1]',
    '["click",0,7,1,1,1]',
    '["scroll",0,1,"x",1]',
    '["input",0,1,{},0]',
    '["viewport",0,null]',
    '["snapshot",0,[9,1,[]],{},{}]',
  ];
  for (const line of bad) assert.throws(() => parseOperation(line), BadOperation, line);
});

test("URLs of style text are found wherever they stand", () => {
  const seen: [string, boolean][] = [];
  const text = `@import "a.css" screen; @import url(b.css); /* url(no.png) */
    a{background:url( 'c d.png' ) , url(e.png)} b{fill:url(#local)} @font-face{src:url("data:font/woff2,x")}`;
  const changed = replaceUrls(text, "https://site.example/css/main.css", ({ url, imports }) => {
    seen.push([url, imports]);
    return "X";
  });
  assert.deepEqual(seen, [
    ["https://site.example/css/a.css", true],
    ["https://site.example/css/b.css", true],
    ["https://site.example/css/c%20d.png", false],
    ["https://site.example/css/e.png", false],
    ["data:font/woff2,x", false],
  ]);
  assert.match(changed, /@import url\("X"\) screen;/);
  assert.match(changed, /url\(#local\)/);
});
