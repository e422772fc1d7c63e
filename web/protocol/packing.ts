/**
 * Page streams in few bytes: an arithmetic coder for bits that are guessed. Other than deflate it learns from each small
 * batch (docs/decisions/0017-page-streams-are-guessed.md). A batch is lines, and ends with one.
 */

import { Guesses } from "./guesses";

/** Before the first batch; no raw-deflate stream begins with it (RFC 1951, section 3.2.3: a block of a reserved type). */
export const PACKED = 0xff;
const LINE_END = 10;
/** A few milliseconds' work. */
const STEP_BYTES = 4096;
const FIRST_BYTES = 1024;

/** What streams often say. Both sides have read it before the first byte. */
const COMMON = `["snapshot",0,[9,[[10,"html","",""],[1,"html",{"lang":"en"},[[1,"head",{},[[1,"meta",{"charset":"utf-8"},[]],"\\n",[1,"meta",{"name":"viewport","content":"width=device-width, initial-scale=1"},[]],[1,"title",{},[""]],[1,"link",{"rel":"stylesheet","href":"https://"},[]]],7],[1,"body",{"class":""},[8,9]]]]],{"scroll":[[1,0,0]],"values":[[1,"••",0]],"focus":12},{"width":1280,"height":720,"dpr":1,"screen_width":1280,"screen_height":720,"zoom":1},1]
["pointer",10,[[0,640,360,12,100,-12,3]]]
["pointer",220,[[0,512,48,9],[110,496,64,7]]]
["click",230,"mousedown",12,640,360]
["click",230,"focus",13,0,0]
["click",310,"mouseup",12,640,360]
["click",310,"click",12,640,360]
["mutation",320,{"r":[[12,13]],"a":[[12,0,[1,"div",{"class":"","style":"position: absolute; top: 0px; left: 0px; width: 100px; height: 20px; display: block; opacity: 1; transform: translate(0px, 0px);"},[[1,"span",{},["\\n"]]]]]],"t":[[14," "]],"s":[[12,{"aria-expanded":"true","class":null}],[1,{"style":"display: none;"}]],"e":[[9,{"states":"hover"}]]},15]
["mutation",360,{"s":[[13,{"value":"•"}]]},0]
["click",390,"blur",13,0,0]
["scroll",400,1,0,180]
["input",430,13,"••••",0]
["assets",440,{"https://":"0123456789abcdef"}]
["checkpoint",640,"0123456789abcdef"]
`;

/** Takes text, and gives the bytes that carry it. */
export class PackStream {
  private readonly encoder = new TextEncoder();
  private guesses: Guesses | null = null;
  private bytes = new Uint8Array(FIRST_BYTES);
  private size = 0;
  /** Added, and not packed yet. */
  private readonly waiting: Uint8Array[] = [];
  private low = 0;
  private high = 0xffffffff;
  /** Whether a line has ended, and it is not known yet whether the batch ends with it. */
  private isOpen = false;

  constructor() {
    this.put(PACKED);
  }

  /** Take in a part of what the next `flush` completes; returns its length in bytes. */
  add(text: string): number {
    return this.waiting[this.waiting.push(this.encoder.encode(text)) - 1]!.length;
  }

  /** Pack some of what was added; whether there is more. */
  step(): boolean {
    const bytes = this.waiting.shift();
    if (!bytes) return false;
    const guesses = (this.guesses ??= ready());
    for (const byte of bytes.subarray(0, STEP_BYTES)) {
      if (this.isOpen) guesses.end(this.bit, 0);
      guesses.byte(this.bit, byte);
      this.isOpen = byte === LINE_END;
    }
    if (bytes.length > STEP_BYTES) this.waiting.unshift(bytes.subarray(STEP_BYTES));
    return this.waiting.length > 0;
  }

  /** The bytes that carry all that was added, of which the last is the end of a line. */
  flush(): Uint8Array<ArrayBuffer> {
    while (this.step());
    this.isOpen = false;
    this.guesses!.end(this.bit, 1);
    // What is cut off is read as zeros.
    if (this.low) this.put((this.low >>> 24) + 1);
    const bytes = this.bytes.slice(0, this.size);
    [this.size, this.low, this.high] = [0, 0, 0xffffffff];
    return bytes;
  }

  private readonly bit = (bit: number, chance: number): number => {
    const middle = between(this.low, this.high, chance);
    if (bit) this.high = middle;
    else this.low = middle + 1;
    while ((this.low ^ this.high) >>> 24 === 0) {
      this.put(this.high >>> 24);
      this.low = (this.low << 8) >>> 0;
      this.high = ((this.high << 8) | 0xff) >>> 0;
    }
    return bit;
  };

  private put(byte: number): void {
    if (this.size === this.bytes.length) {
      const larger = new Uint8Array(2 * this.size);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.size++] = byte;
  }
}

/** The last one that means a 1. */
export function between(low: number, high: number, chance: number): number {
  return low + Math.floor(((high - low) * chance) / 65536);
}

let common: Guesses | null = null;
let read = 0;

/** Whether all is read that writer and reader have in common; else until the time is spent, once in a document. */
export function prepare(isSpent: () => boolean): boolean {
  common ??= new Guesses();
  const text = new TextEncoder().encode(COMMON);
  const given = (bit: number): number => bit;
  while (read < text.length && !isSpent()) {
    const byte = text[read++]!;
    common.byte(given, byte);
    if (byte === LINE_END) common.end(given, read % 2);
  }
  return read === text.length;
}

/** As writer and reader begin. */
export function ready(): Guesses {
  prepare(() => false);
  return common!.copy();
}
