/** A frame goes up without what the one before it on the connection has said (docs/protocol.md, "Short heads"). */

import { joined } from "../protocol/bytes";
import { decodeFrame, FLUSHED, type Frame, FrameKind, MOST_SHORT_MS, SHORT_HEAD, SOON } from "../protocol/wire";

/** Of what a deflate stream is flushed with (RFC 1951, section 3.2.4): 00 00 FF FF, read as a number. */
const FLUSH_END = 0xffff;
const FLUSH_BYTES = 4;

/** Of one connection; `short` is given each frame before it is sent. */
export class Heads {
  private before: Frame | null = null;

  short(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const [before, now] = [this.before, decodeFrame(bytes)];
    this.before = now;
    const ms = before ? now.time - before.time : -1;
    const follows = before && now.page === before.page && now.seq === before.seq + 1;
    if (now.kind !== FrameKind.OPERATIONS || !follows || ms < 0 || ms > MOST_SHORT_MS || ms % 1) return bytes;
    const { payload } = now;
    const rest = payload.length - FLUSH_BYTES;
    const isFlushed = rest >= 0 && new DataView(payload.buffer, payload.byteOffset + rest).getUint32(0) === FLUSH_END;
    const soon = ms < 256 ? SOON : 0;
    const head = [SHORT_HEAD | now.flags | (isFlushed ? FLUSHED : 0) | soon, ...(soon ? [] : [ms >> 8]), ms & 255];
    return joined([Uint8Array.from(head), payload.subarray(0, isFlushed ? rest : payload.length)]);
  }
}
