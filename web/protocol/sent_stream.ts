/**
 * What is said of a page, or put on the shelf: packed where it begins with little, else deflated, since much takes four
 * times as long to pack.
 */

import { DeflateStream } from "./deflate";
import { PackStream } from "./packing";

const LITTLE = 32 * 1024;

export class SentStream {
  /** Of the text that had to be packed, about. */
  packedBytes = 0;
  /** Until it is known how much it begins with. */
  private held = "";

  constructor(private stream: DeflateStream | PackStream | null = null) {}

  /** Take in a part of what the next `flush` completes; returns about its length in bytes. */
  add(text: string): number {
    if (this.stream instanceof PackStream) this.packedBytes += text.length;
    if (this.stream) return this.stream.add(text);
    this.held += text;
    if (this.held.length > LITTLE) this.begin();
    return text.length;
  }

  /** Some of the work that `flush` would have; whether there is more. */
  step(): boolean {
    if (!this.stream && this.held) this.begin();
    return this.stream?.step() ?? false;
  }

  /** The bytes that carry all that was added, of which the last is the end of a line. */
  flush(): Uint8Array<ArrayBuffer> {
    if (!this.stream) this.begin();
    return this.stream!.flush();
  }

  private begin(): void {
    const Stream = new TextEncoder().encode(this.held).length > LITTLE ? DeflateStream : PackStream;
    this.stream = new Stream();
    this.add(this.held);
    this.held = "";
  }
}
