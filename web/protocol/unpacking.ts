/** The other side of `PackStream`. */

import { joined } from "./bytes";
import { MAX_INFLATED_BYTES } from "./deflate";
import { StreamFault } from "./inflate";
import { between, PACKED, ready } from "./packing";

const LINE_END = 10;
/** So many bytes behind the end are looked at, which stand for zeros. */
const AHEAD = 4;
/** All streams' text comes through here: a page that has once said much would keep as much room for ever. */
let room = /* @__PURE__ */ new Uint8Array(64 * 1024);

export class UnpackStream {
  private readonly guesses = ready();
  private isFirst = true;
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  private bytes: Uint8Array = new Uint8Array();
  private at = 0;
  private low = 0;
  private high = 0;
  private value = 0;

  /** The lines of what was flushed at once, when it is whole; `isPart` while more of it comes. Throws StreamFault. */
  push(bytes: Uint8Array, isPart = false): string[] {
    this.heldBytes += bytes.length;
    if (this.heldBytes > MAX_INFLATED_BYTES) throw new StreamFault("a batch of the page stream is too long");
    this.held.push(bytes);
    if (isPart) return [];
    this.heldBytes = 0;
    return this.batch(joined(this.held.splice(0)));
  }

  private batch(bytes: Uint8Array): string[] {
    this.bytes = bytes;
    this.at = this.isFirst ? 1 : 0;
    if (this.isFirst && bytes[0] !== PACKED) throw new StreamFault("the page stream is broken");
    this.isFirst = false;
    [this.low, this.high, this.value] = [0, 0xffffffff, 0];
    for (let i = 0; i < AHEAD; i++) this.shift();
    const length = this.read();
    return new TextDecoder().decode(room.subarray(0, length - 1)).split("\n");
  }

  private read(): number {
    let length = 0;
    for (;;) {
      const byte = this.guesses.byte(this.bit, 0);
      if (length === room.length) grow();
      room[length++] = byte;
      if (this.at > this.bytes.length + AHEAD) throw new StreamFault("a frame of the page stream is cut off");
      if (byte === LINE_END && this.guesses.end(this.bit, 0)) break;
    }
    // As many bytes as a writer has written who is there.
    if (this.at - AHEAD + (this.low ? 1 : 0) !== this.bytes.length) throw new StreamFault("the page stream is broken");
    return length;
  }

  private readonly bit = (_: number, chance: number): number => {
    const middle = between(this.low, this.high, chance);
    const bit = this.value <= middle ? 1 : 0;
    if (bit) this.high = middle;
    else this.low = middle + 1;
    while ((this.low ^ this.high) >>> 24 === 0) {
      this.low = (this.low << 8) >>> 0;
      this.high = ((this.high << 8) | 0xff) >>> 0;
      this.shift();
    }
    return bit;
  };

  private shift(): void {
    this.value = ((this.value << 8) | (this.bytes[this.at++] ?? 0)) >>> 0;
  }
}

function grow(): void {
  if (room.length >= MAX_INFLATED_BYTES) throw new StreamFault("a frame inflates to more than 32 MiB");
  const larger = new Uint8Array(2 * room.length);
  larger.set(room);
  room = larger;
}
