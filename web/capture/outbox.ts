/** Writes one stay on a page: operations into its stream, the stream into frames. */

import { DeflateStream, MAX_INFLATED_BYTES } from "../protocol/deflate";
import { formatOperation, type SentOperation } from "../protocol/operations";
import { prepare } from "../protocol/packing";
import type { CaptureHost } from "../protocol/seam";
import { Said } from "../protocol/sent_mutation";
import { SentStream } from "../protocol/sent_stream";
import { TooLarge } from "../protocol/tree";
import { FrameFlag, FrameKind } from "../protocol/wire";
import { Budget, SLICE_MS } from "./budget";

/** Small enough that on a slow line an acknowledgement comes every few seconds. */
const PIECE_BYTES = 32 * 1024;
const STEP_MS = 10;
/** The loader keeps 8 MiB until they are safe, and what led to the snapshot is among them. */
const LARGEST_BYTES = 7 * 1024 * 1024;
/** Who joins late reads as much in a quarter of a second on a busy machine. */
const MOST_PACKED_BYTES = 128 * 1024;
/** More would take a longer task to pack than any other. */
const MANY_NODES = 1000;

export class Outbox {
  said = new Said();
  private stream = new SentStream();
  private startedAt = 0;
  private last = 0;
  private fresh = true;
  /** Added, and not yet sent. */
  private waitingBytes = 0;
  /** Of the last frame. */
  seq = 0;

  constructor(
    private readonly host: CaptureHost,
    readonly page: number,
  ) {}

  get isEmpty(): boolean {
    return this.waitingBytes === 0;
  }

  /** Before a difference of about so many nodes: what is too much to be packed goes on in a stream that is deflated. */
  expect(nodes: number): void {
    const { packedBytes } = this.stream;
    if (!packedBytes || !this.isEmpty || (nodes < MANY_NODES && packedBytes < MOST_PACKED_BYTES)) return;
    this.stream = new SentStream(new DeflateStream());
    this.said = new Said();
    this.startedAt = this.last = 0;
    this.fresh = true;
  }

  /** Operations whose times are ms since 1970, for the next `send`. */
  add(operations: SentOperation[]): void {
    if (!operations.length) return;
    this.startedAt ||= Date.now();
    this.addText(operations.map((operation) => formatOperation(this.timed(operation))).join(""));
  }

  /** A part of a line. Throws TooLarge for more than the other side reads at once; the stream can't go on. */
  addText(text: string): void {
    this.waitingBytes += this.stream.add(text);
    if (this.waitingBytes > MAX_INFLATED_BYTES) throw new TooLarge("inflated");
  }

  /** Some of the work that `send` would have; whether there is more. */
  step(): boolean {
    return this.stream.step();
  }

  /**
   * Send what was added, if there is anything; returns the seq of the frame that completes it. Throws TooLarge for a
   * snapshot, of which nothing was sent then: the stream can't go on.
   */
  send(kind: number = FrameKind.OPERATIONS, flag = 0): number {
    if (this.isEmpty) return this.seq;
    this.startedAt ||= Date.now();
    this.waitingBytes = 0;
    const bytes = this.stream.flush();
    if (kind === FrameKind.SNAPSHOT && bytes.length > LARGEST_BYTES) throw new TooLarge("compressed");
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const more = at + PIECE_BYTES < bytes.length ? FrameFlag.MORE : 0;
      const start = this.fresh ? FrameFlag.STREAM_START : 0;
      this.seq = this.host.send(kind, this.page, bytes.subarray(at, at + PIECE_BYTES), start | more | flag);
      this.fresh = false;
    }
    return this.seq;
  }

  /** Times never go back, but for a picture's, which was taken before its upload. */
  private timed(operation: SentOperation): SentOperation {
    const timed = [...operation];
    const at = inSteps(Math.max(operation[1] - this.startedAt, 0));
    timed[1] = operation[0] === "canvas" ? at : Math.max(this.last, at);
    if (operation[0] !== "canvas") this.last = timed[1];
    return timed as unknown as SentOperation;
  }
}

/** A digit that is always the same costs nothing, and nobody sees one of these milliseconds. */
export function inSteps(ms: number): number {
  return ms - (ms % STEP_MS);
}

export function sendControl(host: CaptureHost, kind: number, page: number, payload: unknown, flag = 0): number {
  return host.send(kind, page, new TextEncoder().encode(JSON.stringify(payload)), flag);
}

/** Before the first page is written, in short tasks between those that read it. */
export function prepareSoon(): void {
  setTimeout(() => {
    const budget = new Budget(SLICE_MS / 2);
    if (!prepare(() => budget.isSpent)) prepareSoon();
  });
}
