/** One raw-deflate stream for each stay on a page: text in, a sync-flushed piece out for every batch. */

import { Deflate, Inflate } from "pako";

const SYNC_FLUSH = 2;
/** A buffer of this size is made for every batch, however small that is. */
const CHUNK_BYTES = 16 * 1024;
const LEAST_CHUNK_BYTES = 1024;
/** Of text to its bytes here. */
const USUAL_RATIO = 8;
export const MAX_INFLATED_BYTES = 32 * 1024 * 1024;

export class DeflateStream {
  private readonly deflate = new Deflate({ raw: true, level: 6, chunkSize: CHUNK_BYTES });
  private pieces: Uint8Array[] = [];
  private readonly encoder = new TextEncoder();

  constructor() {
    this.deflate.onData = (piece: Uint8Array) => {
      this.pieces.push(piece.slice());
    };
  }

  /** The bytes that carry `text`, complete: the other side can read all of it at once. */
  push(text: string): Uint8Array {
    this.pieces = [];
    this.deflate.push(this.encoder.encode(text), SYNC_FLUSH);
    const bytes = new Uint8Array(this.pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of this.pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}

/** The stream is broken, or becomes larger than it may: nothing more can be read from it. */
export class StreamFault extends Error {}

export class InflateStream {
  private readonly inflate = new Inflate({ raw: true });
  /** Not in its types. */
  private readonly options = (this.inflate as unknown as { options: { chunkSize: number } }).options;
  private readonly decoder = new TextDecoder();
  private rest = "";
  private text = "";
  private inflated = 0;

  constructor() {
    this.inflate.onData = (piece: Uint8Array) => this.take(piece);
  }

  /** The lines that are complete with these bytes; throws StreamFault. */
  push(bytes: Uint8Array): string[] {
    this.inflated = 0;
    this.text = "";
    this.options.chunkSize = Math.min(CHUNK_BYTES, Math.max(LEAST_CHUNK_BYTES, USUAL_RATIO * bytes.length));
    this.inflate.push(bytes, SYNC_FLUSH);
    if (this.inflate.err) throw new StreamFault(`the page stream is broken: ${this.inflate.msg}`);
    const lines = (this.rest + this.text).split("\n");
    this.rest = lines.pop()!;
    if (this.rest.length > MAX_INFLATED_BYTES) throw new StreamFault("a line of the page stream is too long");
    return lines;
  }

  private take(piece: Uint8Array): void {
    this.inflated += piece.length;
    if (this.inflated > MAX_INFLATED_BYTES) throw new StreamFault("a frame inflates to more than 32 MiB");
    this.text += this.decoder.decode(piece, { stream: true });
  }
}
