/**
 * Frames of this tab from the moment they are made until they are durable at the server.
 *
 * Bounds: 8 MiB in memory, of which up to 2 MiB go through session storage to the next document. What has to be given
 * up beyond that is named in a GAP frame; frames that the server has stored go first, since they are missing only if
 * the server's memory is lost as well.
 */

import { encodeFrame, FrameKind, HEADER_BYTES, STEP_MS, TAB_SHIFT } from "../protocol/wire";
import { fromBase64, toBase64 } from "./base64";
import { loadFrames, saveFrames } from "./store";

export const MEMORY_BYTES = 8 * 1024 * 1024;
/** Beyond it a head says the milliseconds. */
const MOST_STEPPED_MS = 256;
export const SAVED_BYTES = 2 * 1024 * 1024;

interface Kept {
  seq: number;
  bytes: Uint8Array<ArrayBuffer>;
}

export class Outbox {
  private frames: Kept[] = [];
  private keptBytes = 0;
  private nextSeq = 1;
  /** Of the newest frame. */
  private time = 0;
  private stored = 0;
  /** Highest seq that went out on the connection of now. */
  private sent = 0;

  constructor(
    private readonly tab: number,
    private readonly onGivenUp: () => void,
  ) {}

  push(kind: number, page: number, payload: Uint8Array, flags: number): number {
    const seq = this.nextSeq++;
    const time = kind === FrameKind.OPERATIONS ? this.inSteps(Date.now()) : Date.now();
    this.time = time;
    this.keep(seq, encodeFrame({ kind, flags, page, seq, time, payload }));
    if (this.keptBytes > MEMORY_BYTES) this.makeRoom();
    return seq;
  }

  /** Soon after the frame before in whole steps, which a short head can say; never later than it was. */
  private inSteps(now: number): number {
    const since = now - this.time;
    return since >= 0 && since < MOST_STEPPED_MS ? now - (since % STEP_MS) : now;
  }

  /** A new connection: the server has everything up to `stored`, and safe everything up to `durable`. */
  resume(stored: number, durable: number): void {
    this.acknowledge(stored, durable);
    this.nextSeq = Math.max(this.nextSeq, stored + 1);
    this.rewind(stored + 1);
  }

  acknowledge(stored: number, durable: number): void {
    this.stored = Math.max(this.stored, stored);
    let done = 0;
    while (done < this.frames.length && this.frames[done]!.seq <= durable)
      this.keptBytes -= this.frames[done++]!.bytes.length;
    if (done) this.frames.splice(0, done);
  }

  /** The server goes on from there: what it had of it, it has lost. What is not kept here either is named. */
  rewind(expected: number): void {
    this.stored = Math.min(this.stored, expected - 1);
    this.sent = expected - 1;
    if (this.nameHoles(expected)) this.onGivenUp();
  }

  /** The server will never take this frame: its place is named. */
  giveUp(seq: number, reason: string): void {
    const at = this.frames.findIndex((frame) => frame.seq === seq);
    if (at < 0) return;
    this.keptBytes -= this.frames.splice(at, 1)[0]!.bytes.length;
    this.nameGap(seq, seq, reason);
    this.onGivenUp();
  }

  /** The next frame to send, if it fits into `credit` bytes. */
  take(credit: number): Uint8Array<ArrayBuffer> | null {
    const next = this.frames[this.unsentIndex()];
    if (!next || next.bytes.length > credit) return null;
    this.sent = next.seq;
    return next.bytes;
  }

  unsentBytes(): number {
    return this.frames.slice(this.unsentIndex()).reduce((sum, frame) => sum + frame.bytes.length, 0);
  }

  /** What is on its way, and the server has not said that it is stored. */
  inFlightBytes(): number {
    const { stored, sent } = this;
    return this.frames.reduce((sum, { seq, bytes }) => sum + (seq > stored && seq <= sent ? bytes.length : 0), 0);
  }

  /** What the server is not known to have stored. */
  waitingBytes(): number {
    return this.unsentBytes() + this.inFlightBytes();
  }

  get next(): number {
    return this.nextSeq;
  }

  /** Another document has numbered up to here; what it had is named as missing. */
  startAt(next: number): void {
    this.nextSeq = next;
  }

  /** To the next document of this tab. */
  save(): void {
    const fitting = this.fitting(SAVED_BYTES);
    const lines = fitting.map((frame) => `${frame.seq}:${toBase64(frame.bytes)}`);
    if (!saveFrames([this.nextSeq, ...lines].join("\n"))) saveFrames(String(this.nextSeq));
  }

  /** From the document before; what it had to give up is named when the server says what it has. */
  restore(): void {
    const [, ...lines] = (loadFrames() ?? "").split("\n");
    this.nextSeq = leftNext();
    for (const line of lines) {
      const [seq, text] = line.split(":");
      this.keep(Number(seq), fromBase64(text!));
    }
    saveFrames(String(this.nextSeq));
  }

  /** Between the frames that the document before had room for, and after them. True if there were any. */
  private nameHoles(from: number): boolean {
    const holes: [number, number][] = [];
    let expected = from;
    for (const frame of this.frames.filter(({ seq }) => seq >= from)) {
      if (beginsAt(frame) > expected) holes.push([expected, beginsAt(frame) - 1]);
      expected = frame.seq + 1;
    }
    if (expected < this.nextSeq) holes.push([expected, this.nextSeq - 1]);
    for (const [first, last] of holes) this.nameGap(first, last, "not kept");
    return holes.length > 0;
  }

  private unsentIndex(): number {
    const index = this.frames.findIndex((frame) => frame.seq > this.sent);
    return index < 0 ? this.frames.length : index;
  }

  private keep(seq: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.frames.push({ seq, bytes });
    this.keptBytes += bytes.length;
  }

  /** Unstored frames first, in order and without a hole; stored ones as far as there is room before them. */
  private fitting(room: number): Kept[] {
    const unstored = this.frames.filter((frame) => frame.seq > this.stored);
    const chosen: Kept[] = [];
    let left = room;
    for (const frame of unstored) {
      left -= frame.bytes.length;
      if (left < 0) return chosen;
      chosen.push(frame);
    }
    for (const frame of this.frames.filter((frame) => frame.seq <= this.stored).reverse()) {
      left -= frame.bytes.length;
      if (left < 0) break;
      chosen.unshift(frame);
    }
    return chosen;
  }

  private makeRoom(): void {
    while (this.keptBytes > MEMORY_BYTES && this.frames[0] && this.frames[0].seq <= this.stored) {
      this.keptBytes -= this.frames.shift()!.bytes.length;
    }
    if (this.keptBytes <= MEMORY_BYTES) return;
    // A page's frames are one compressed stream: without its beginning the rest is of no use.
    this.frames = [];
    this.keptBytes = 0;
    this.nameGap(this.stored + 1, this.nextSeq - 1, "buffer full");
    this.onGivenUp();
  }

  /** Takes the number after the frames that it names, or that of the last of them where the next one is taken. */
  private nameGap(from: number, to: number, reason: string): void {
    const isEnd = to === this.nextSeq - 1;
    const seq = isEnd ? this.nextSeq++ : to;
    const payload = new TextEncoder().encode(JSON.stringify({ from_seq: from, to_seq: seq - 1, reason }));
    const page = this.tab * 2 ** TAB_SHIFT;
    const bytes = encodeFrame({ kind: FrameKind.GAP, flags: 0, page, seq, time: Date.now(), payload });
    const at = this.frames.findIndex((frame) => frame.seq > seq);
    this.frames.splice(at < 0 ? this.frames.length : at, 0, { seq, bytes });
    this.keptBytes += bytes.length;
  }
}

/** The next seq, as the document that was left last in this tab says. */
export function leftNext(): number {
  return Number.parseInt(loadFrames() ?? "", 10) || 1;
}

/** The first seq that a frame stands for: a GAP stands for those that it names as well. */
function beginsAt({ seq, bytes }: Kept): number {
  if (bytes[0] !== FrameKind.GAP) return seq;
  const gap = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES))) as { from_seq: number };
  return Math.min(seq, gap.from_seq);
}
