/** Writes one stay on a page: operations into its deflate stream, the stream into frames. */

import { formatOperation, type Operation } from "../protocol/operations";
import type { CaptureHost } from "../protocol/seam";
import { DeflateStream, MAX_INFLATED_BYTES } from "../protocol/stream";
import { TooLarge } from "../protocol/tree";
import { FrameFlag, FrameKind } from "../protocol/wire";

/** Small enough that on a slow line an acknowledgement comes every few seconds. */
const PIECE_BYTES = 32 * 1024;
/** The loader keeps 8 MiB until they are safe, and what led to the snapshot is among them. */
const LARGEST_BYTES = 7 * 1024 * 1024;

export class Outbox {
  private readonly deflate = new DeflateStream();
  private startedAt = 0;
  private last = 0;
  private fresh = true;

  constructor(
    private readonly host: CaptureHost,
    readonly page: number,
  ) {}

  /**
   * Send operations whose times are ms since 1970; returns the seq of the frame that completes them.
   * Throws TooLarge for a snapshot of which nothing was sent then; the stream can't go on.
   */
  write(operations: Operation[], kind: number = FrameKind.OPERATIONS, flag = 0): number {
    if (this.fresh) this.startedAt = Date.now();
    const text = operations.map((operation) => formatOperation(this.timed(operation))).join("");
    const bytes = kind === FrameKind.SNAPSHOT ? this.fitting(text) : this.deflate.push(text);
    let seq = 0;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const more = at + PIECE_BYTES < bytes.length ? FrameFlag.MORE : 0;
      const start = this.fresh ? FrameFlag.STREAM_START : 0;
      seq = this.host.send(kind, this.page, bytes.subarray(at, at + PIECE_BYTES), start | more | flag);
      this.fresh = false;
    }
    return seq;
  }

  /** A difference that is too large the loader gives up by name, and asks for the page as a whole. */
  private fitting(text: string): Uint8Array {
    // One character is three bytes at most; what is that large is not even compressed.
    if (text.length > MAX_INFLATED_BYTES / 3 && new Blob([text]).size > MAX_INFLATED_BYTES)
      throw new TooLarge("inflated");
    const bytes = this.deflate.push(text);
    if (bytes.length > LARGEST_BYTES) throw new TooLarge("compressed");
    return bytes;
  }

  /** Times never go back, but for a picture's, which was taken before its upload. */
  private timed(operation: Operation): Operation {
    const timed = [...operation];
    const at = Math.max(operation[1] - this.startedAt, 0);
    timed[1] = operation[0] === "canvas" ? at : Math.max(this.last, at);
    if (operation[0] !== "canvas") this.last = timed[1];
    return timed as unknown as Operation;
  }
}

export function sendControl(host: CaptureHost, kind: number, page: number, payload: unknown, flag = 0): number {
  return host.send(kind, page, new TextEncoder().encode(JSON.stringify(payload)), flag);
}
