import assert from "node:assert/strict";
import { test } from "node:test";
import { DeflateStream } from "../../../web/protocol/deflate";
import { PackStream } from "../../../web/protocol/packing";
import { type Frame, FrameFlag, FrameKind } from "../../../web/protocol/wire";
import { Decoder, type Item } from "../../../web/rebuild/decode";

const PAGE = 65537;
const BEGAN = 1_700_000_000_000;
const VIEWPORT = { width: 1280, height: 720, dpr: 1, screen_width: 1280, screen_height: 720, zoom: 1 };

type Stream = new () => DeflateStream | PackStream;
const STREAMS: Stream[] = [DeflateStream, PackStream];

/** What a tab sends, a frame each 500 ms. */
class Sender {
  readonly frames: Frame[] = [];
  private stream: DeflateStream | PackStream;
  private startedAt = 0;

  constructor(private readonly kind: Stream) {
    this.stream = new kind();
  }

  send(kind: number, payload: Uint8Array, flags = 0): void {
    const seq = this.frames.length + 1;
    this.frames.push({ kind, flags, page: PAGE, seq, time: BEGAN + 500 * seq, payload });
  }

  control(kind: number, payload: unknown): void {
    this.send(kind, new TextEncoder().encode(JSON.stringify(payload)));
  }

  /** In pieces, as a large one comes. */
  snapshot(pieces: number): void {
    this.stream = new this.kind();
    this.startedAt = BEGAN + 500 * (this.frames.length + 1);
    const tree = [9, 1, [[1, 2, "html", {}, [[3, 3, "é上🚚".repeat(5000)]]]]];
    const bytes = flushed(this.stream, `${JSON.stringify(["snapshot", 0, tree, {}, VIEWPORT])}\n`);
    const size = Math.ceil(bytes.length / pieces);
    for (let n = 0; n < pieces; n++) {
      const flags = (n ? 0 : FrameFlag.STREAM_START) | (n < pieces - 1 ? FrameFlag.MORE : 0);
      this.send(FrameKind.SNAPSHOT, bytes.subarray(n * size, (n + 1) * size), flags);
    }
  }

  operate(...texts: string[]): void {
    this.say(0, texts);
  }

  /** With a stream of its own, as where much is said at once. */
  restart(text: string): void {
    this.stream = new this.kind();
    this.startedAt = BEGAN + 500 * (this.frames.length + 1);
    this.say(FrameFlag.STREAM_START, [text]);
  }

  private say(flags: number, texts: string[]): void {
    const t = BEGAN + 500 * (this.frames.length + 1) - this.startedAt - 20;
    const lines = texts.map((text, n) => `${JSON.stringify(["input", t + n, 3, text, 0])}\n`);
    this.send(FrameKind.OPERATIONS, flushed(this.stream, lines.join("")), flags);
  }
}

/** The bytes that carry `text`. */
function flushed(stream: DeflateStream | PackStream, text: string): Uint8Array<ArrayBuffer> {
  stream.add(text);
  return stream.flush();
}

function pageQueue(kind: Stream): Frame[] {
  const sender = new Sender(kind);
  sender.control(FrameKind.PAGE_ENTER, { url: "", title: "", kind: "html", viewport: VIEWPORT });
  sender.snapshot(3);
  for (let n = 0; n < 300; n++) sender.operate(`a${n}`, ...(n % 7 ? [] : [`b${n}`, `c${n}`]));
  sender.control(FrameKind.VIEWPORT, VIEWPORT);
  for (let n = 0; n < 20; n++) sender.operate(`d${n}`);
  sender.snapshot(1);
  sender.operate("e");
  return sender.frames;
}

function oneByOne(frames: Frame[]): Item[] {
  const decoder = new Decoder();
  return frames.flatMap((frame) => decoder.decode(frame));
}

for (const kind of STREAMS) {
  test(`${kind.name}: frames read at once say what they say one by one`, async () => {
    const frames = pageQueue(kind);
    assert.equal(oneByOne(frames).length, 1 + 1 + 300 + 2 * 43 + 1 + 20 + 1 + 1);
    assert.deepEqual(await new Decoder().decodeAll(frames), oneByOne(frames));
  });

  test(`${kind.name}: what follows frames that were read at once goes on with their stream`, async () => {
    const frames = pageQueue(kind);
    const decoder = new Decoder();
    const atOnce = await decoder.decodeAll(frames.slice(0, 100));
    const items = [...atOnce, ...frames.slice(100).flatMap((frame) => decoder.decode(frame))];
    assert.deepEqual(items, oneByOne(frames));
  });

  test(`${kind.name}: the last line of a queue counts as of its last frame`, async () => {
    const frames = pageQueue(kind);
    const late = { ...frames.at(-1)!, time: frames.at(-1)!.time + 5000 };
    const items = await new Decoder().decodeAll([...frames.slice(0, -1), late]);
    assert.equal(items.at(-1)!.seq, late.seq);
  });

  test(`${kind.name}: a broken piece is a fault of all that is read at once`, async () => {
    const frames = pageQueue(kind);
    frames[50] = { ...frames[50]!, payload: Uint8Array.of(255, 255, 255, 255) };
    await assert.rejects(new Decoder().decodeAll(frames));
  });

  for (const way of ["at once", "one by one"]) {
    test(`${kind.name}: what comes live behind a queue that was read ${way} has its own time`, async () => {
      const frames = pageQueue(kind);
      const [decoder, joined] = [new Decoder(), frames.at(-1)!.time + 1000];
      hello(decoder, 200, joined);
      if (way === "at once") await decoder.decodeAll(frames);
      else for (const frame of frames) decoder.decode(frame);
      const live = { ...frames[0]!, seq: frames.length + 1, time: joined - 100 };
      assert.equal(decoder.decode(live, joined + 400)[0]!.at, joined + 100);
    });
  }

  test(`${kind.name}: the past is on the server's clock as the newest offset says`, async () => {
    const decoder = new Decoder();
    hello(decoder, 200, BEGAN + 9_000_000);
    const items = await decoder.decodeAll(pageQueue(kind));
    assert.deepEqual(
      items.map(({ at }) => at),
      oneByOne(pageQueue(kind)).map(({ at }) => at + 200),
    );
    assert.equal(items[0]!.at, BEGAN + 500 + 200);
  });
}

test("a packed stream goes when its page is left", () => {
  const sender = new Sender(PackStream);
  sender.snapshot(1);
  sender.control(FrameKind.PAGE_LEAVE, {});
  sender.operate("late");
  assert.deepEqual(
    oneByOne(sender.frames).map(({ name }) => name),
    ["operation", "leave"],
  );
});

for (const kind of STREAMS) {
  test(`${kind.name}: nothing is read behind frames that the archive has lost, until the next snapshot`, () => {
    const sender = new Sender(kind);
    sender.snapshot(1);
    for (const text of ["one", "two", "three"]) sender.operate(text);
    const payload = new TextEncoder().encode("{}");
    sender.frames[2] = { kind: FrameKind.GAP, flags: 0, page: 65536, seq: 0, time: BEGAN, payload };
    sender.restart("of nodes that nobody knows");
    sender.snapshot(1);
    sender.operate("four");
    const said = oneByOne(sender.frames).map((item) => item.name === "operation" && item.operation[0]);
    assert.deepEqual(said, ["snapshot", "input", "snapshot", "input"]);
  });
}

function hello(decoder: Decoder, offset_ms: number, received: number): void {
  const payload = new TextEncoder().encode(JSON.stringify({ tab: 1, offset_ms }));
  decoder.decode({ kind: FrameKind.TAB_HELLO, flags: 0, page: 65536, seq: 0, time: received, payload }, received);
}

test("so many packed streams are kept and no more, those that were heard of last", () => {
  const decoder = new Decoder();
  const seqs = new Map<number, number>();
  const streams = new Map<number, PackStream>();
  const send = (at: number, flags = 0): Item[] => {
    const page = PAGE + at;
    if (flags) streams.set(page, new PackStream());
    const seq = (seqs.get(page) ?? 0) + 1;
    seqs.set(page, seq);
    const payload = flushed(streams.get(page)!, '["scroll",0,1,0,0]\n');
    return decoder.decode({ kind: FrameKind.OPERATIONS, flags, page, seq, time: BEGAN, payload });
  };
  for (let at = 0; at < 100; at++) send(at, FrameFlag.STREAM_START);
  assert.equal(send(0).length, 1);
  send(100, FrameFlag.STREAM_START);
  assert.deepEqual([0, 1, 2, 100].map((at) => send(at).length), [1, 0, 1, 1]);
});
