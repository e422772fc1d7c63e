/**
 * One raw-deflate stream (RFC 1951) for each stay on a page: text in, a sync-flushed piece out for every batch. It finds
 * what zlib finds at level 6, and has nothing that such a stream does not need.
 */

import { Blocks, LONGEST, SHORTEST } from "./blocks";

/** A frame inflates to no more, and the other side reads no more at once. */
export const MAX_INFLATED_BYTES = 32 * 1024 * 1024;
/** How far back a match may be. */
const REACH = 32 * 1024;
const MASK = REACH - 1;
const HASH_BITS = 15;
/** Three bytes from further than this take more room than three literals. */
const FAR = 4096;
/** How many places are compared, and how many where a good match is known. */
const TRIES = 128;
const TRIES_AFTER_GOOD = 32;
const GOOD = 8;
/** After a match that long no longer one is looked for at the next byte, … */
const LAZY = 16;
/** … and after this one at no other place. */
const NICE = 128;
/** With so many bytes the longest match can be seen, and the one at the next byte. */
const AHEAD = LONGEST + SHORTEST;

export class DeflateStream {
  private readonly encoder = new TextEncoder();
  private readonly blocks = new Blocks();
  /** What matches may be in, and from `at` to `end` what waits. */
  private readonly window = new Uint8Array(2 * REACH);
  private at = 0;
  private end = 0;
  /** Place of the window's first byte in the stream. */
  private origin = 0;
  /**
   * The last place of each hash, modulo 2^32, … Where there was none it is 0, or from long ago: what stands at a place within
   * reach is compared in any case.
   */
  private readonly heads = new Int32Array(1 << HASH_BITS);
  /** … and for each place within reach the one before it with the same hash. */
  private readonly chains = new Int32Array(REACH);
  /** Up to where in the window they are known. */
  private hashed = 0;
  /** Of the match found last. */
  private distance = 0;
  /** Added, and not in the window yet. */
  private readonly waiting: Uint8Array[] = [];

  /** Take in a part of what the next `flush` completes; returns its length in bytes. */
  add(text: string): number {
    return this.waiting[this.waiting.push(this.encoder.encode(text)) - 1]!.length;
  }

  /** Compress of what was added as much as fits into the window; whether there is more. */
  step(): boolean {
    const { window, waiting } = this;
    const bytes = waiting.shift();
    if (!bytes) return false;
    if (this.end === window.length) this.slide();
    const part = bytes.subarray(0, window.length - this.end);
    window.set(part, this.end);
    this.end += part.length;
    if (part.length < bytes.length) waiting.unshift(bytes.subarray(part.length));
    this.compress(AHEAD);
    return waiting.length > 0;
  }

  /** The bytes that carry all that was added, complete: the other side can read it at once. */
  flush(): Uint8Array<ArrayBuffer> {
    while (this.step());
    this.compress(0);
    return this.blocks.flush();
  }

  private slide(): void {
    const by = this.at - REACH;
    this.window.copyWithin(0, by, this.end);
    this.origin += by;
    this.at -= by;
    this.end -= by;
    this.hashed -= by;
  }

  /** All but the last bytes. */
  private compress(but: number): void {
    const { window, blocks } = this;
    while (this.end - this.at > but) {
      let length = this.longest(this.at, SHORTEST - 1);
      let { distance } = this;
      while (length >= SHORTEST && length < LAZY) {
        const later = this.longest(this.at + 1, length);
        if (later === length) break;
        blocks.add(window[this.at++]!);
        [length, distance] = [later, this.distance];
      }
      if (length < SHORTEST) blocks.add(window[this.at++]!);
      else {
        blocks.add(length, distance);
        this.at += length;
      }
    }
  }

  /** How long the longest match for what stands there is; `known` when none is longer. */
  private longest(at: number, known: number): number {
    const { window, chains } = this;
    this.hash(at);
    const most = Math.min(this.end - at, LONGEST);
    const place = this.origin + at;
    let best = known;
    let tries = known < GOOD ? TRIES : TRIES_AFTER_GOOD;
    for (let before = 0; best < most && best < NICE && tries; tries--) {
      const distance = (place - chains[(place - before) & MASK]!) | 0;
      if (distance <= before || distance > REACH) break;
      before = distance;
      const from = at - distance;
      if (window[from + best] !== window[at + best] || window[from + best - 1] !== window[at + best - 1]) continue;
      let length = 0;
      while (length < most && window[from + length] === window[at + length]) length++;
      if (length <= best || (length === SHORTEST && distance > FAR)) continue;
      best = length;
      this.distance = distance;
    }
    return best;
  }

  /** Up to that place. */
  private hash(upTo: number): void {
    const { window, heads, chains, origin } = this;
    const last = Math.min(upTo, this.end - SHORTEST);
    let { hashed } = this;
    for (; hashed <= last; hashed++) {
      const bytes = window[hashed]! | (window[hashed + 1]! << 8) | (window[hashed + 2]! << 16);
      const hash = Math.imul(bytes, 0x9e3779b1) >>> (32 - HASH_BITS);
      const place = origin + hashed;
      chains[place & MASK] = heads[hash]!;
      heads[hash] = place;
    }
    this.hashed = hashed;
  }
}
