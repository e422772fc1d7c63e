/**
 * How likely each bit of a text is, by what stood before it, which its writer and its reader have both seen. What they
 * work out is the same in any browser and in Python (assist/channel/guesses.py): nothing is rounded in two ways.
 */

/** Takes a bit, or says which one comes; `chance` is that of a 1, of 65,536. */
export type Bit = (bit: number, chance: number) => number;

/** How many bytes before a byte each context has. */
const ORDERS = [0, 1, 2, 4];
const COUNT = ORDERS.length;
/** This one is asked alone where much comes at once. */
const FAST = 2;
/** Of a batch so many bytes are looked at closely. */
const CLOSE_BYTES = 32 * 1024;
const TABLE_BITS = 16;
const EVEN = 1 << 15;
const LIKELY = EVEN + EVEN / 2;
/** No chance that follows its bits comes nearer to none. */
const LEAST = 64;
/** After so many bits in a context it follows the last ones. */
const MOST_COUNT = 12;
const RATE = 0.015 / 65536;
const FIRST_WEIGHT = 0.35;
/** What is repeated is found by so many bytes, up to so far back; it is asked like a context, and when longer first. */
const SEEN_BYTES = 4;
const SEEN_BITS = 15;
const HISTORY_BYTES = 1 << 17;
const HISTORY = HISTORY_BYTES - 1;
const SURE_BYTES = 8;
const LONGEST = 31;
const [SLOW, SLOWER] = [4, 5];
const MIX = 0x9e3779b1;
const ODDS_STEPS = 256;

/** The chance for the logarithm of its odds, from -8 in steps of 1/256; and back, for a chance of 4,096. */
const CHANCES = /* @__PURE__ */ chances();
const ODDS = /* @__PURE__ */ odds();

export class Guesses {
  private readonly tables = new Uint16Array(COUNT << TABLE_BITS).fill(EVEN);
  private readonly counts = new Uint8Array(COUNT << TABLE_BITS);
  /** For what has come of a byte, and how long what is repeated is. */
  private readonly weights = new Float64Array(3 * 256 * (COUNT + 1)).fill(FIRST_WEIGHT);
  private readonly hashes = new Int32Array(COUNT);
  private readonly places = new Int32Array(COUNT);
  private readonly said = new Float64Array(COUNT + 1);
  private readonly history = new Uint8Array(HISTORY_BYTES);
  /** Where what began with these bytes ended the last time. */
  private readonly seen = new Int32Array(1 << SEEN_BITS);
  /** By its length: that a bit of what is repeated comes again; of a longer one by its next byte, too, and that all of this does. */
  private readonly againBit = new Uint16Array(SURE_BYTES).fill(LIKELY);
  private readonly againByte = new Uint16Array((LONGEST + 1) << 7).fill(LIKELY);
  private readonly ends = Uint16Array.of(EVEN);
  private length = 0;
  private repeated = 0;
  private repeatedLength = 0;
  private batchBytes = 0;

  copy(): Guesses {
    const copy = new Guesses();
    for (const [name, value] of Object.entries(this)) Object.assign(copy, { [name]: value.slice?.() ?? value });
    return copy;
  }

  /** Whether the batch is complete with the last byte. */
  end(bit: Bit, isEnd: number): number {
    const taken = followed(bit, isEnd, this.ends, 0, SLOW);
    if (taken) this.batchBytes = 0;
    return taken;
  }

  byte(bit: Bit, given: number): number {
    const byte = this.again(bit, given) ?? this.anew(bit, given);
    this.note(byte);
    return byte;
  }

  /** The byte that came the last time, if it comes again; null where that is not asked, or it is another. */
  private again(bit: Bit, given: number): number | null {
    const isFast = this.batchBytes >= CLOSE_BYTES;
    if (this.repeatedLength < (isFast ? 1 : SURE_BYTES)) return null;
    const expected = this.history[this.repeated & HISTORY]!;
    const place = ((Math.min(this.repeatedLength, LONGEST) >> 1) << 8) | expected;
    if (followed(bit, given === expected ? 1 : 0, this.againByte, place, SLOW)) return expected;
    this.repeatedLength = 0;
    return null;
  }

  private anew(bit: Bit, given: number): number {
    this.hash();
    const guess = this.batchBytes >= CLOSE_BYTES ? this.quick : this.close;
    let byte = 1;
    for (let at = 7; at >= 0; at--) byte = (byte << 1) | guess.call(this, bit, (given >> at) & 1, byte, at);
    return byte & 0xff;
  }

  private quick(bit: Bit, given: number, begun: number): number {
    const place = this.place(FAST, begun);
    const taken = bit(given, bounded(this.tables[place]!));
    this.learn(place, taken);
    return taken;
  }

  /** What each context says counts as much as it was right until now where as much of a byte had come. */
  private close(bit: Bit, given: number, begun: number, at: number): number {
    const { weights, said, places } = this;
    const own = (this.state << 8) + begun;
    const first = own * (COUNT + 1);
    let sum = 0;
    const expected = this.ask(begun, at);
    for (let i = 0; i <= COUNT; i++) sum += weights[first + i]! * said[i]!;
    const chance = CHANCES[Math.max(0, Math.min(4095, Math.floor(sum * ODDS_STEPS) + 2048))]!;
    const taken = bit(given, chance);
    const error = ((taken << 16) - chance) * RATE;
    for (let i = 0; i <= COUNT; i++) weights[first + i]! += error * said[i]!;
    for (let i = 0; i < COUNT; i++) this.learn(places[i]!, taken);
    if (expected >= 0) this.learnAgain(taken === expected);
    return taken;
  }

  private get state(): number {
    return this.repeatedLength ? (this.repeatedLength < SURE_BYTES - 2 ? 1 : 2) : 0;
  }

  /** What each says; the bit that comes if what is repeated goes on, or -1. */
  private ask(begun: number, at: number): number {
    const { tables, counts, places, said } = this;
    for (let i = 0; i < COUNT; i++) {
      const place = this.place(i, begun);
      places[i] = place;
      said[i] = counts[place] ? ODDS[tables[place]! >> 4]! : 0;
    }
    said[COUNT] = 0;
    if (!this.repeatedLength) return -1;
    const expected = (this.history[this.repeated & HISTORY]! >> at) & 1;
    const odds = ODDS[this.againBit[this.repeatedLength]! >> 4]!;
    said[COUNT] = expected ? odds : -odds;
    return expected;
  }

  private learn(place: number, bit: number): void {
    const { tables, counts } = this;
    const [chance, count] = [tables[place]!, counts[place]!];
    tables[place] = chance + Math.trunc(((bit ? 65535 : 0) - chance) / (count + 1.5));
    if (count < MOST_COUNT) counts[place] = count + 1;
  }

  private learnAgain(isSo: boolean): void {
    const place = this.repeatedLength;
    this.againBit[place] = moved(this.againBit[place]!, isSo, SLOWER);
    if (!isSo) this.repeatedLength = 0;
  }

  private place(order: number, begun: number): number {
    const hash = Math.imul(this.hashes[order]! + Math.imul(begun, 0x3d4d51cb), MIX);
    return (order << TABLE_BITS) + (hash >>> (32 - TABLE_BITS));
  }

  private hash(): void {
    for (let i = 0; i < COUNT; i++) {
      const hash = this.hashOf(ORDERS[i]!);
      this.hashes[i] = Math.imul(hash ^ (hash >>> 15), MIX);
    }
  }

  /** Of the last bytes. */
  private hashOf(count: number): number {
    let hash = count + 1;
    for (let back = 1; back <= count; back++)
      hash = (Math.imul(hash, MIX) + this.history[(this.length - back) & HISTORY]! + 1) | 0;
    return hash;
  }

  private note(byte: number): void {
    this.history[this.length++ & HISTORY] = byte;
    this.batchBytes++;
    const place = Math.imul(this.hashOf(SEEN_BYTES), MIX) >>> (32 - SEEN_BITS);
    if (this.repeatedLength) {
      this.repeated++;
      this.repeatedLength++;
    } else this.find(this.seen[place]!);
    this.seen[place] = this.length;
  }

  private find(before: number): void {
    const { history, length } = this;
    if (!before || length - before > HISTORY_BYTES - LONGEST) return;
    let same = 0;
    while (same < LONGEST && history[(before - 1 - same) & HISTORY] === history[(length - 1 - same) & HISTORY]) same++;
    if (same >= SEEN_BYTES) [this.repeated, this.repeatedLength] = [before, same];
  }
}

/** A bit by a chance that follows it. */
function followed(bit: Bit, given: number, chances: Uint16Array, place: number, slowness: number): number {
  const taken = bit(given, bounded(chances[place]!));
  chances[place] = moved(chances[place]!, taken > 0, slowness);
  return taken;
}

function moved(chance: number, isSo: boolean, slowness: number): number {
  return isSo ? chance + ((65535 - chance) >> slowness) : chance - (chance >> slowness);
}

function bounded(chance: number): number {
  return Math.max(LEAST, Math.min(65536 - LEAST, chance));
}

function chances(): Uint16Array {
  const chances = new Uint16Array(4096);
  // About the 256th root of e: what is only multiplied and divided is the same everywhere.
  const step = 1.00391389339;
  let odds = 1;
  for (let at = 0; at < 2048; at++) {
    chances[2048 + at] = Math.min(65520, Math.floor((65536 * odds) / (1 + odds)));
    odds *= step;
    chances[2047 - at] = Math.max(16, Math.floor(65536 / (1 + odds)));
  }
  return chances;
}

function odds(): Float64Array {
  const odds = new Float64Array(4096).fill(2047 / ODDS_STEPS);
  for (let at = 0, chance = 0; at < 4096; at++)
    while (chance <= CHANCES[at]! >> 4) odds[chance++] = (at - 2048) / ODDS_STEPS;
  return odds;
}
