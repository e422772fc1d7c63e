/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) in little room: `crypto.subtle` is missing on plain http and has no streams, and
 * a library takes a tenth of what a visitor's browser may load.
 */

const PRIMES: number[] = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);

/** The first 32 bits behind the point. */
const fraction = (root: number): number => ((root % 1) * 2 ** 32) | 0;
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const BLOCK_BYTES = 64;
const WORDS = new Int32Array(64);
const ENCODER = new TextEncoder();

/** Takes bytes piece by piece. */
export class Sha256 {
  private readonly hash = START.slice();
  private readonly rest = new Uint8Array(BLOCK_BYTES);
  private length = 0;

  update(bytes: Uint8Array): this {
    const held = this.length % BLOCK_BYTES;
    this.length += bytes.length;
    const missing = BLOCK_BYTES - held;
    this.rest.set(bytes.subarray(0, missing), held);
    if (bytes.length < missing) return this;
    addBlock(this.hash, viewOf(this.rest), 0);
    const view = viewOf(bytes);
    let at = missing;
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) addBlock(this.hash, view, at);
    this.rest.set(bytes.subarray(at));
    return this;
  }

  /** 32 bytes, once. */
  digest(): Uint8Array<ArrayBuffer> {
    const { length } = this;
    const padding = viewOf(new Uint8Array(BLOCK_BYTES - ((length + 8) % BLOCK_BYTES) + 8));
    padding.setUint8(0, 128);
    padding.setUint32(padding.byteLength - 8, length / 2 ** 29);
    padding.setUint32(padding.byteLength - 4, length << 3);
    this.update(new Uint8Array(padding.buffer));
    const digest = new Uint8Array(32);
    for (const [i, word] of this.hash.entries()) viewOf(digest).setInt32(4 * i, word);
    return digest;
  }
}

/** Text as UTF-8. */
export function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? ENCODER.encode(data) : data;
}

/** In lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += (byte >> 4).toString(16) + (byte & 15).toString(16);
  return hex;
}

export function sha256Hex(data: string | Uint8Array): string {
  return hexOf(new Sha256().update(bytesOf(data)).digest());
}

/** `key` of at most 64 bytes. */
export function hmac(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = (pad: number): Uint8Array => Uint8Array.from({ length: BLOCK_BYTES }, (_, i) => (key[i] ?? 0) ^ pad);
  const inner = new Sha256().update(padded(0x36)).update(message).digest();
  return new Sha256().update(padded(0x5c)).update(inner).digest();
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** One block into the eight words of `hash`. */
function addBlock(hash: Int32Array, block: DataView, from: number): void {
  const words = WORDS;
  for (let i = 0; i < 16; i++) words[i] = block.getInt32(from + 4 * i);
  for (let i = 16; i < 64; i++) {
    const early = words[i - 15]!;
    const late = words[i - 2]!;
    const first = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const second = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[i] = words[i - 16]! + first + words[i - 7]! + second;
  }
  let a = hash[0]!;
  let b = hash[1]!;
  let c = hash[2]!;
  let d = hash[3]!;
  let e = hash[4]!;
  let f = hash[5]!;
  let g = hash[6]!;
  let h = hash[7]!;
  for (let i = 0; i < 64; i++) {
    const chosen = (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g));
    const next = (h + chosen + ROUNDS[i]! + words[i]!) | 0;
    const most = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = (d + next) | 0;
    d = c;
    c = b;
    b = a;
    a = (next + most) | 0;
  }
  hash[0]! += a;
  hash[1]! += b;
  hash[2]! += c;
  hash[3]! += d;
  hash[4]! += e;
  hash[5]! += f;
  hash[6]! += g;
  hash[7]! += h;
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
