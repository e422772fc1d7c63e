/** A frame goes up without what the one before it on the connection has said (docs/protocol.md, "Short heads"). */

import { joined } from "../protocol/bytes";
import {
  CONTROL_WORDS,
  decodeFrame,
  FLUSHED,
  type Frame,
  FrameKind,
  MOST_SHORT_MS,
  NEXT_HEAD,
  OTHER_HEAD,
  SHORT_HEAD,
  SOON,
  STEP_MS,
  TAB_SHIFT,
} from "../protocol/wire";

/** Of what a deflate stream is flushed with (RFC 1951, section 3.2.4): 00 00 FF FF, read as a number. */
const FLUSH_END = 0xffff;
const FLUSH_BYTES = 4;
const MOST_STEPS = 255 - NEXT_HEAD;
type Bytes = Uint8Array<ArrayBuffer>;

/** Of one connection; `short` is given each frame before it is sent. */
export class Heads {
  private before: Frame | null = null;

  short(bytes: Bytes): Bytes {
    const [before, now] = [this.before, decodeFrame(bytes)];
    this.before = now;
    const ms = before ? now.time - before.time : -1;
    if (!before || now.seq !== before.seq + 1 || ms < 0 || ms > MOST_SHORT_MS || ms % 1) return bytes;
    if (now.kind === FrameKind.OPERATIONS && now.page === before.page) return next(now, ms, before.flags);
    return now.page >>> TAB_SHIFT === before.page >>> TAB_SHIFT ? (other(now, ms) ?? bytes) : bytes;
  }
}

/** More of the same page. */
function next({ flags, payload }: Frame, ms: number, flagsBefore: number): Bytes {
  const rest = payload.length - FLUSH_BYTES;
  const isFlushed = rest >= 0 && new DataView(payload.buffer, payload.byteOffset + rest).getUint32(0) === FLUSH_END;
  const steps = ms / STEP_MS;
  if (!isFlushed && flags === flagsBefore && !(steps % 1) && steps <= MOST_STEPS)
    return joined([Uint8Array.of(NEXT_HEAD + steps), payload]);
  const soon = ms < 256 ? SOON : 0;
  const head = [SHORT_HEAD | flags | (isFlushed ? FLUSHED : 0) | soon, ...(soon ? [] : [ms >> 8]), ms & 255];
  return joined([Uint8Array.from(head), payload.subarray(0, isFlushed ? rest : payload.length)]);
}

/** Of another kind, or of another page of the tab. */
function other({ kind, flags, page, payload }: Frame, ms: number): Bytes | null {
  const isControl = kind !== FrameKind.SNAPSHOT && kind !== FrameKind.OPERATIONS;
  if (isControl && payload.some((byte) => byte && byte <= CONTROL_WORDS.length)) return null;
  const head = Uint8Array.of(OTHER_HEAD | kind, flags, (page >> 8) & 255, page & 255, ms >> 8, ms & 255);
  return joined([head, isControl ? inWords(payload) : payload]);
}

function inWords(payload: Uint8Array): Bytes {
  let text = new TextDecoder().decode(payload);
  CONTROL_WORDS.forEach((word, at) => {
    text = text.replaceAll(word, String.fromCharCode(at + 1));
  });
  return new TextEncoder().encode(text);
}
