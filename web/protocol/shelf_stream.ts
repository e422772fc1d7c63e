/** What the shelf says: packed where it begins with little, else deflated, since a large page would take long to pack. */

import { DeflateStream } from "./deflate";
import { PackStream } from "./packing";

const LITTLE = 16 * 1024;

export class ShelfStream {
  private stream: DeflateStream | PackStream | null = null;
  /** Until it is known how much it begins with. */
  private held = "";

  /** Take in a part of what the next `flush` completes; returns about its length in bytes. */
  add(text: string): number {
    if (this.stream) return this.stream.add(text);
    this.held += text;
    if (this.held.length > LITTLE) this.begin(new DeflateStream());
    return text.length;
  }

  /** The bytes that carry all that was added, of which the last is the end of a line. */
  flush(): Uint8Array<ArrayBuffer> {
    return (this.stream ?? this.begin(new PackStream())).flush();
  }

  private begin<T extends DeflateStream | PackStream>(stream: T): T {
    stream.add(this.held);
    this.held = "";
    this.stream = stream;
    return stream;
  }
}
