/** The blocks of a raw-deflate stream (RFC 1951, section 3.2), each in codes of its own or in the fixed ones. */

import { joined } from "./bytes";
import { type Code, codeFor, codeOf, MOST_BITS, sizeIn } from "./huffman";

export const SHORTEST = 3;
export const LONGEST = 258;
/** Then a block ends. */
const MOST_SYMBOLS = 16 * 1024;
const END = 256;
const LENGTHS_FROM = 257;
const LONGEST_SYMBOL = 285;
/** Each length, or distance, has a symbol for as many of its first bits and the one before them; the rest follows it. */
const LENGTH_BITS = 2;
const DISTANCE_BITS = 1;
const [STORED, FIXED, DYNAMIC] = [0, 2, 4];
const TYPE_BITS = 3;
const MOST_LENGTH_BITS = 7;
/** A match has up to 48 bits, and what comes before the first symbol up to 2,300. */
const BUFFER_BYTES = 6 * MOST_SYMBOLS + 512;
/** In this order a block has the lengths of the code in which the lengths of its codes are. */
const LENGTH_ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** Of literals and lengths, of distances. */
type Codes = [Code, Code];
/** How often each of their symbols occurs. */
type Counts = [Uint16Array, Uint16Array];
type Put = [value: number, bits: number];

const FIXED_CODES: Codes = [
  /* @__PURE__ */ codeOf(new Uint8Array(288).fill(8).fill(9, 144).fill(7, 256).fill(8, 280)),
  /* @__PURE__ */ codeOf(new Uint8Array(30).fill(5)),
];

export class Blocks {
  private readonly bits = new Bits();
  private pieces: Uint8Array[] = [];
  private readonly values = new Uint16Array(MOST_SYMBOLS);
  private readonly distances = new Uint16Array(MOST_SYMBOLS);
  private count = 0;

  /** A byte; with a distance, the length of what is repeated from there. */
  add(value: number, distance = 0): void {
    this.values[this.count] = value;
    this.distances[this.count++] = distance;
    if (this.count === MOST_SYMBOLS) this.end();
  }

  /** All that was added since the last time, and an empty stored block, with which it ends at a byte's end. */
  flush(): Uint8Array<ArrayBuffer> {
    if (this.count) this.end();
    this.bits.put(STORED, TYPE_BITS);
    this.bits.fill();
    this.bits.put(0, 16);
    this.bits.put(0xffff, 16);
    const bytes = joined([...this.pieces, this.bits.take()]);
    this.pieces = [];
    return bytes;
  }

  private end(): void {
    const counts = this.counts();
    const own: Codes = [codeFor(counts[0], MOST_BITS), codeFor(counts[1], MOST_BITS)];
    const header = headerOf(own);
    const ownBits = header.reduce((sum, [, bits]) => sum + bits, sizeIn(own, counts));
    const isOwn = ownBits < sizeIn(FIXED_CODES, counts);
    this.bits.put(isOwn ? DYNAMIC : FIXED, TYPE_BITS);
    if (isOwn) for (const [value, bits] of header) this.bits.put(value, bits);
    this.write(isOwn ? own : FIXED_CODES);
    this.pieces.push(this.bits.take());
    this.count = 0;
  }

  private counts(): Counts {
    const counts: Counts = [new Uint16Array(286), new Uint16Array(30)];
    counts[0][END] = 1;
    for (let at = 0; at < this.count; at++) {
      const [value, distance] = [this.values[at]!, this.distances[at]!];
      counts[0][distance ? lengthSymbol(value) : value]!++;
      if (distance) counts[1][symbolOf(distance - 1, DISTANCE_BITS)]!++;
    }
    return counts;
  }

  private write([literals, distances]: Codes): void {
    const { bits } = this;
    for (let at = 0; at < this.count; at++) {
      const [value, distance] = [this.values[at]!, this.distances[at]!];
      bits.word(literals, distance ? lengthSymbol(value) : value);
      if (!distance) continue;
      if (value < LONGEST) bits.rest(value - SHORTEST, LENGTH_BITS);
      bits.word(distances, symbolOf(distance - 1, DISTANCE_BITS));
      bits.rest(distance - 1, DISTANCE_BITS);
    }
    bits.word(literals, END);
  }
}

/** Puts bits into bytes, from the lowest up. */
class Bits {
  private readonly bytes = new Uint8Array(BUFFER_BYTES);
  private length = 0;
  private held = 0;
  private heldBits = 0;

  put(value: number, bits: number): void {
    this.held |= value << this.heldBits;
    this.heldBits += bits;
    for (; this.heldBits >= 8; this.heldBits -= 8) {
      this.bytes[this.length++] = this.held;
      this.held >>= 8;
    }
  }

  word({ words, lengths }: Code, symbol: number): void {
    this.put(words[symbol]!, lengths[symbol]!);
  }

  /** Of a number what its symbol does not say. */
  rest(number: number, symbolBits: number): void {
    const bits = restBits(number, symbolBits);
    this.put(number & ((1 << bits) - 1), bits);
  }

  /** Up to the end of a byte. */
  fill(): void {
    this.put(0, -this.heldBits & 7);
  }

  /** The bytes that are complete. */
  take(): Uint8Array {
    const bytes = this.bytes.slice(0, this.length);
    this.length = 0;
    return bytes;
  }
}

function restBits(number: number, symbolBits: number): number {
  return Math.max(31 - symbolBits - Math.clz32(number), 0);
}

function symbolOf(number: number, symbolBits: number): number {
  const bits = restBits(number, symbolBits);
  return (bits << symbolBits) + (number >> bits);
}

function lengthSymbol(length: number): number {
  return length === LONGEST ? LONGEST_SYMBOL : LENGTHS_FROM + symbolOf(length - SHORTEST, LENGTH_BITS);
}

/** What comes before the first symbol of a block with codes of its own: their lengths, in a code of their own. */
function headerOf(codes: Codes): Put[] {
  const [literals, distances] = [trimmed(codes[0].lengths, LENGTHS_FROM), trimmed(codes[1].lengths, 1)];
  const runs = runsOf(joined([literals, distances]));
  const counts = new Uint16Array(LENGTH_ORDER.length);
  for (const [symbol] of runs) counts[symbol]!++;
  const { lengths, words } = codeFor(counts, MOST_LENGTH_BITS);
  const ordered = trimmed(
    LENGTH_ORDER.map((symbol) => lengths[symbol]!),
    4,
  );
  const header: Put[] = [
    [literals.length - LENGTHS_FROM, 5],
    [distances.length - 1, 5],
    [ordered.length - 4, 4],
  ];
  for (const length of ordered) header.push([length, 3]);
  for (const [symbol, ...extra] of runs) header.push([words[symbol]!, lengths[symbol]!], extra);
  return header;
}

/** Lengths one after another: a length; 16, the one before it again; 17 and 18, zeros. Then how often, and its bits. */
function runsOf(lengths: Uint8Array): [symbol: number, ...extra: Put][] {
  const runs: [number, ...Put][] = [];
  for (let at = 0, count = 1; at < lengths.length; at += count) {
    const length = lengths[at]!;
    const isAgain = length > 0 && length === lengths[at - 1];
    const most = isAgain ? 6 : length ? 1 : 138;
    for (count = 1; count < most && lengths[at + count] === length; ) count++;
    if (count < 3) {
      runs.push([length, 0, 0]);
      count = 1;
    } else if (isAgain) runs.push([16, count - 3, 2]);
    else runs.push(count < 11 ? [17, count - 3, 3] : [18, count - 11, 7]);
  }
  return runs;
}

/** Without zeros at their end, but at least `least` of them. */
function trimmed(lengths: Uint8Array, least: number): Uint8Array {
  let count = lengths.length;
  while (count > least && !lengths[count - 1]) count--;
  return lengths.subarray(0, count);
}
