/** Segments of the archive, read in ranges, and kept as long as there is room. */

import { decodeFrame, type Frame } from "../protocol/wire";
import type { Outline } from "./outline";
import { read } from "./reading";

const LENGTH_BYTES = 4;
const ENTRY_HEADER_BYTES = 12;
/** Of one request, as recordings/review/playback.py allows. */
const MOST_SEGMENTS = 240;
const MOST_BYTES = 4 * 1024 * 1024;
const KEPT_BYTES = 64 * 1024 * 1024;

export interface Entry {
  segment: number;
  at: number;
  /** ms since 1970. */
  received: number;
  bytes: ArrayBuffer;
  frame: Frame;
}

export class Segments {
  private readonly kept = new Map<number, Entry[]>();
  private keptBytes = 0;

  /** `url` is that of the segments 0 to 0. */
  constructor(
    private readonly url: string,
    private readonly outline: Outline,
  ) {}

  /** Entries of the segments, which are named in rising order; `progress` gets the share that is there. */
  async read(numbers: number[], progress: (share: number) => void = () => undefined): Promise<Entry[]> {
    const found = new Map<number, Entry[]>();
    const missing: number[] = [];
    for (const number of numbers) {
      const entries = this.kept.get(number);
      if (entries) found.set(number, entries);
      else missing.push(number);
    }
    const ranges = this.ranges(missing);
    for (const [done, [first, last]] of ranges.entries()) {
      progress(done / ranges.length);
      for (const [number, entries] of await this.fetch(first, last)) found.set(number, entries);
    }
    return numbers.flatMap((number) => found.get(number) ?? []);
  }

  private ranges(numbers: number[]): [number, number][] {
    const ranges: [number, number][] = [];
    let bytes = 0;
    for (const number of numbers) {
      const range = ranges.at(-1);
      const size = this.size(number);
      bytes += size;
      if (range && number === range[1] + 1 && number - range[0] < MOST_SEGMENTS && bytes <= MOST_BYTES)
        range[1] = number;
      else {
        ranges.push([number, number]);
        bytes = size;
      }
    }
    return ranges;
  }

  /** A head stands before each frame. */
  private size(number: number): number {
    return 2 * this.outline.segments[number]![2];
  }

  private async fetch(first: number, last: number): Promise<Map<number, Entry[]>> {
    const answer = await read(this.url.replace(/0\/0\/$/, `${first}/${last}/`));
    const data = await answer.arrayBuffer();
    const view = new DataView(data);
    const found = new Map<number, Entry[]>();
    for (let at = 0, number = first; at < data.byteLength; number++) {
      const end = at + LENGTH_BYTES + view.getUint32(at);
      const entries = [...entriesOf(view, at + LENGTH_BYTES, end, number)];
      found.set(number, entries);
      this.keep(number, entries);
      at = end;
    }
    return found;
  }

  /** What was read longest ago goes where there is no room. */
  private keep(number: number, entries: Entry[]): void {
    this.kept.set(number, entries);
    this.keptBytes += this.size(number);
    for (const old of this.kept.keys()) {
      if (this.keptBytes <= KEPT_BYTES) break;
      this.kept.delete(old);
      this.keptBytes -= this.size(old);
    }
  }
}

/** Throws BadFrame. */
export function entryOf(segment: number, at: number, received: number, bytes: ArrayBuffer): Entry {
  return { segment, at, received, bytes, frame: decodeFrame(bytes) };
}

/** An entry is the length of its frame (u32), when it came (u64, ms) and the frame; what is none is left out. */
function* entriesOf(view: DataView, start: number, end: number, segment: number): Generator<Entry> {
  for (let at = start, number = 0; at + ENTRY_HEADER_BYTES <= end; number++) {
    const begin = at + ENTRY_HEADER_BYTES;
    const received = Number(view.getBigUint64(at + 4));
    at = begin + view.getUint32(at);
    const bytes = view.buffer.slice(begin, at) as ArrayBuffer;
    try {
      yield entryOf(segment, number, received, bytes);
    } catch {
      /* as it is left out on the stage */
    }
  }
}
