/**
 * Which frames of the archive the stage needs for a stretch of the session: all that came in it, and of each page that is
 * heard of in it what came since the newest snapshot before. A session is never loaded whole.
 */

import { FrameFlag, FrameKind, isShelf, tabOf } from "../protocol/wire";
import type { Outline } from "./outline";
import { type Entry, entryOf, Segments } from "./segments";

const STRETCH_MS = 60_000;
const STRETCH_BYTES = 2 * 1024 * 1024;
const COUNTER = 0xffff;
const HEADER_BYTES = 20;

type Place = [segment: number, entry: number];

/** Frames for the stage, with the times at which they came. */
export interface Frames {
  frames: ArrayBuffer[];
  received: number[];
}

/** What is loaded: any time in it can be had. */
export interface Stretch extends Frames {
  first: number;
  last: number;
  fromMs: number;
  toMs: number;
  pages: Set<number>;
  seen: Map<number, number>;
}

const NOTHING = { first: 0, last: 0, fromMs: 0, toMs: Infinity };

export class Archive {
  private readonly segments: Segments;

  constructor(
    url: string,
    private readonly outline: Outline,
  ) {
    this.segments = new Segments(url, outline);
  }

  /** The stretch that begins at or before `atMs`. */
  async stretchAt(atMs: number, progress: (share: number) => void): Promise<Stretch> {
    const { segments } = this.outline;
    if (!segments.length) return { ...framesOf([]), ...NOTHING, pages: new Set(), seen: new Map() };
    const found = segments.findIndex(([, toMs]) => toMs >= atMs);
    const first = found < 0 ? Math.max(0, segments.length - 1) : found;
    const last = this.lastFrom(first, atMs);
    const pages = this.pagesIn(first, last);
    const front = this.outline.fronts.findLast(([, , segment]) => segment < first);
    if (front) pages.add(front[1]);
    const starts = this.starts(pages, first);
    for (const page of starts.keys()) pages.add(page);
    const before = range(0, first - 1).filter((number) => this.isNeeded(number, starts));
    const entries = await this.segments.read([...before, ...range(first, last)], progress);
    const base = entries.filter(
      (entry) => entry.segment < first && (isGap(entry) || isSince(entry, starts.get(entry.frame.page))),
    );
    const seen = new Map<number, number>();
    const kept = [...merged(this.heads(pages, first), base), ...(front ? [this.word(front)] : [])];
    const fresh = [...kept, ...entries.filter(({ segment }) => segment >= first)].filter((entry) => isNew(entry, seen));
    const fromMs = first ? segments[first - 1]![1] : 0;
    return { ...framesOf(fresh), first, last, fromMs, toMs: this.endOf(last), pages, seen };
  }

  /** What comes after it; null where that leads to a page of which more has to be known, or nothing comes. */
  async after(stretch: Stretch): Promise<Frames | null> {
    const first = stretch.last + 1;
    if (first >= this.outline.segments.length) return null;
    const last = this.lastFrom(first, stretch.toMs);
    const known = [...this.pagesIn(first, last)].every((page) => stretch.pages.has(page) || !this.isOld(page, first));
    if (!known) return null;
    const entries = await this.segments.read(range(first, last));
    const frames = framesOf(entries.filter((entry) => isNew(entry, stretch.seen)));
    for (const page of this.pagesIn(first, last)) stretch.pages.add(page);
    stretch.last = last;
    stretch.toMs = this.endOf(last);
    return frames;
  }

  private lastFrom(first: number, atMs: number): number {
    const { segments } = this.outline;
    let [last, bytes] = [first, 0];
    while (last + 1 < segments.length) {
      bytes += segments[last]![2];
      if (segments[last]![1] >= atMs + STRETCH_MS || bytes >= STRETCH_BYTES) break;
      last++;
    }
    return last;
  }

  private endOf(last: number): number {
    return last + 1 < this.outline.segments.length ? this.outline.segments[last]![1] : Infinity;
  }

  private pagesIn(first: number, last: number): Set<number> {
    const pages = this.outline.segments.slice(first, last + 1).flatMap(([, , , named]) => named);
    return new Set(pages.filter((page) => page & COUNTER));
  }

  private isOld(page: number, first: number): boolean {
    return this.outline.streams.some(([id, segment]) => id === page && segment < first);
  }

  /** Where what is needed of each page begins, and of the shelves of their tabs as their snapshots knew them. */
  private starts(pages: Set<number>, first: number): Map<number, Place> {
    const starts = new Map<number, Place>();
    const shelves = new Map<number, Place>();
    for (const [page, segment, entry] of this.outline.streams) {
      if (segment >= first) break;
      if (isShelf(page)) shelves.set(page, [segment, entry]);
      else if (pages.has(page)) starts.set(page, [segment, entry]);
    }
    for (const page of [...pages]) {
      const shelf = page | COUNTER;
      const place = this.shelfBefore(shelf, starts.get(page)) ?? shelves.get(shelf);
      const known = starts.get(shelf);
      if (place && (!known || isBefore(place, known))) starts.set(shelf, place);
    }
    return starts;
  }

  private shelfBefore(shelf: number, place: Place | undefined): Place | undefined {
    if (!place) return;
    const found = this.outline.streams.findLast(
      ([page, segment, entry]) => page === shelf && isBefore([segment, entry], place),
    );
    return found && [found[1], found[2]];
  }

  /** One without pages could not be read: whose frames are missing is in what stands in its place. */
  private isNeeded(number: number, starts: Map<number, Place>): boolean {
    const pages = this.outline.segments[number]![3];
    return !pages.length || pages.some((page) => (starts.get(page)?.[0] ?? Infinity) <= number);
  }

  /** How the tabs' clocks go, and what the pages are called. */
  private heads(pages: Set<number>, first: number): Entry[] {
    return this.outline.heads
      .filter(([segment, , page]) => segment < first && (pages.has(page) || !(page & COUNTER)))
      .map(([segment, at, , received, base64]) => entryOf(segment, at, received, bytesOf(base64)));
  }

  /** That a page is in front, which it may have come to be with a frame that is not needed otherwise. */
  private word([atMs, page, segment, visitorMs]: Outline["fronts"][number]): Entry {
    const view = new DataView(new ArrayBuffer(HEADER_BYTES));
    view.setUint8(0, FrameKind.VISIBILITY);
    view.setUint8(1, FrameFlag.FRONT);
    view.setUint32(4, page);
    view.setFloat64(12, visitorMs);
    return entryOf(segment, 0, this.outline.started_ms + atMs, view.buffer);
  }
}

function bytesOf(base64: string): ArrayBuffer {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

function isBefore(one: Place, other: Place): boolean {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
}

function isSince({ segment, at }: Entry, place: Place | undefined): boolean {
  return place !== undefined && !isBefore([segment, at], place);
}

/** A record of frames that the archive has lost. */
function isGap({ frame }: Entry): boolean {
  return frame.kind === FrameKind.GAP && !frame.seq;
}

/** In the order of the archive, each once. */
function merged(heads: Entry[], base: Entry[]): Entry[] {
  const both = new Map([...heads, ...base].map((entry) => [`${entry.segment}:${entry.at}`, entry]));
  return [...both.values()].sort((a, b) => a.segment - b.segment || a.at - b.at);
}

/** Not sent before: a visitor who lost the connection sends again. */
function isNew({ frame }: Entry, seen: Map<number, number>): boolean {
  const tab = tabOf(frame.page);
  if (!frame.seq) return true;
  if (frame.seq <= (seen.get(tab) ?? 0)) return false;
  seen.set(tab, frame.seq);
  return true;
}

/** Copies, since the stage takes them over. */
function framesOf(entries: Entry[]): Frames {
  return { frames: entries.map(({ bytes }) => bytes.slice(0)), received: entries.map(({ received }) => received) };
}
