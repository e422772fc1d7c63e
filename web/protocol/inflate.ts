/** The other side of `DeflateStream`: the lines of a page stream, as far as its pieces have come. */

import {
  Z_BUF_ERROR,
  Z_OK,
  Z_STREAM_END,
  Z_SYNC_FLUSH,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateSetDictionary,
} from "pako";
import { joined } from "./bytes";
import { MAX_INFLATED_BYTES } from "./deflate";

/** Window bits of a stream without a header. */
const RAW = -15;
/** All streams' text comes through here: a buffer for each piece would take longer than what is in it. */
const OUTPUT = /* @__PURE__ */ new Uint8Array(64 * 1024);
/** How far back a piece may refer to what was inflated before it (RFC 1951). */
const WINDOW_BYTES = 32 * 1024;
/** An empty last block (RFC 1951, section 3.2.6): with it, what ends at a sync flush is a whole stream. */
const LAST_BLOCK = /* @__PURE__ */ new Uint8Array([3, 0]);

/** The stream is broken, or becomes larger than it may: nothing more can be read from it. */
export class StreamFault extends Error {}

export class InflateStream {
  private readonly stream = new ZStream();
  private readonly decoder = new TextDecoder();
  private rest = "";

  constructor() {
    zlibInflateInit2(this.stream, RAW);
  }

  /** The lines that are complete with these bytes; throws StreamFault. */
  push(bytes: Uint8Array): string[] {
    return this.lines(this.inflate(bytes));
  }

  /** The same for the first bytes of a stream, by the browser's own code: much sooner while ours is not warm. */
  async begin(bytes: Uint8Array<ArrayBuffer>): Promise<string[]> {
    const pieces = await inflatedNatively(bytes);
    const text = pieces.map((piece) => this.decoder.decode(piece, { stream: true })).join("");
    zlibInflateSetDictionary(this.stream, lastBytes(pieces, WINDOW_BYTES));
    return this.lines(text);
  }

  private lines(text: string): string[] {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    if (this.rest.length > MAX_INFLATED_BYTES) throw new StreamFault("a line of the page stream is too long");
    return lines;
  }

  private inflate(bytes: Uint8Array): string {
    const { stream } = this;
    Object.assign(stream, { input: bytes, next_in: 0, avail_in: bytes.length });
    let [text, inflated] = ["", 0];
    do {
      Object.assign(stream, { output: OUTPUT, next_out: 0, avail_out: OUTPUT.length });
      const status = zlibInflate(stream, Z_SYNC_FLUSH);
      if (status !== Z_OK && status !== Z_BUF_ERROR && status !== Z_STREAM_END)
        throw new StreamFault(`the page stream is broken: ${stream.msg || status}`);
      inflated += stream.next_out;
      if (inflated > MAX_INFLATED_BYTES) throw new StreamFault("a frame inflates to more than 32 MiB");
      text += this.decoder.decode(OUTPUT.subarray(0, stream.next_out), { stream: true });
    } while (stream.avail_out === 0);
    return text;
  }
}

/** Throws StreamFault. */
async function inflatedNatively(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array[]> {
  const stream = new Blob([bytes, LAST_BLOCK]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let inflated = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((error: Error) => {
      throw new StreamFault(`the page stream is broken: ${error.message}`);
    });
    if (done) return pieces;
    pieces.push(value);
    inflated += value.length;
    if (inflated > MAX_INFLATED_BYTES) {
      void reader.cancel();
      throw new StreamFault("the page stream inflates to more than 32 MiB at once");
    }
  }
}

/** As many of their last bytes as there are, up to `count`. */
function lastBytes(pieces: Uint8Array[], count: number): Uint8Array {
  const last: Uint8Array[] = [];
  let length = 0;
  for (let i = pieces.length - 1; i >= 0 && length < count; i--) {
    const piece = pieces[i]!.subarray(-(count - length));
    last.unshift(piece);
    length += piece.length;
  }
  return joined(last);
}
