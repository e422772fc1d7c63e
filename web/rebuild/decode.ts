/** Frames become items in order: one operation or one control message each, on the server's clock. */

import { joined } from "../protocol/bytes";
import type { FrameHead } from "../protocol/front";
import { InflateStream } from "../protocol/inflate";
import type { Operation, Volatile } from "../protocol/operations";
import { PACKED } from "../protocol/packing";
import type { Viewport } from "../protocol/seam";
import { UnpackStream } from "../protocol/unpacking";
import { type Frame, FrameFlag, FrameKind, isShelf, tabOf } from "../protocol/wire";
import { Clock } from "./clock";
import { LineReader } from "./lines";
import { bounded } from "./viewport";

export interface Arrival {
  url: string;
  title: string;
  kind: "html" | "native";
  /** Null where it is as the tab said it last. */
  viewport: Viewport | null;
  checkpoint?: string;
  at_seq?: number;
  volatile?: Volatile;
}

type Simple = "leave" | "close" | "pause" | "resume" | "start" | "end" | "visibility";

interface Place {
  /** ms since 1970, the server's clock. */
  at: number;
  tab: number;
  page: number;
  seq: number;
  /** Of the frame that it came in. */
  head: FrameHead;
}

export type Item = Place &
  // With the line that it was read from.
  (
    | { name: "operation"; operation: Operation; line: string }
    | { name: "enter" | "return"; arrival: Arrival }
    | { name: "viewport"; viewport: Viewport }
    | { name: Simple }
  );

type PageStream = InflateStream | UnpackStream;

interface OpenStream {
  stream: PageStream;
  lines: LineReader;
  /** By the visitor's clock, and by the server's. */
  startedAt: number;
  at: number;
}

/** A packed stream takes a MB, and a visitor may begin thousands: a page and a shelf for each connection at least. */
const MOST_PACKED = 100;
const SIMPLE: Partial<Record<number, Simple>> = {
  [FrameKind.PAGE_LEAVE]: "leave",
  [FrameKind.PAGE_CLOSE]: "close",
  [FrameKind.PAUSE]: "pause",
  [FrameKind.RESUME]: "resume",
  [FrameKind.VISIBILITY]: "visibility",
  [FrameKind.SESSION_START]: "start",
  [FrameKind.SESSION_END]: "end",
};

export class Decoder {
  private readonly streams = new Map<number, OpenStream>();
  /** Pages, the one heard of last at the end. */
  private readonly packed = new Set<number>();
  /** Of each tab of which the archive has lost frames, the pages that are known again. */
  private readonly lost = new Map<number, Set<number>>();
  private readonly clock = new Clock();

  /**
   * `received` is when the server got the frame; without it the frame is a past one. Throws BadOperation or StreamFault
   * for what can't be read; the page then needs a fresh snapshot.
   */
  decode(frame: Frame, received?: number): Item[] {
    const place = this.place(frame, received);
    if (isStreamed(frame)) {
      const open = this.open(frame, place);
      const lines = open ? pushed(open.stream, frame) : [];
      return this.items([frame], place, open, lines, received === undefined).filter((item) => this.isKnown(item));
    }
    const simple = SIMPLE[frame.kind];
    if (simple === "leave" || simple === "close") this.end(frame.page);
    if (simple) return [{ ...place, name: simple }];
    return this.control(frame, place);
  }

  /**
   * Many past frames at once, much sooner than one by one: what follows each other in a page's stream is inflated as
   * one piece. A line then counts as of the first frame that is as new as it, which nearly always is the one that it
   * came in.
   */
  async decodeAll(frames: Frame[]): Promise<Item[]> {
    const items: Item[][] = [];
    for (let at = 0, end = 0; at < frames.length; at = end) {
      end = endOfRun(frames, at);
      items.push(end > at + 1 ? await this.run(frames.slice(at, end)) : this.decode(frames[at]!));
    }
    return items.flat();
  }

  private place(frame: Frame, received?: number): Place {
    const { kind, flags, page, seq, time } = frame;
    const tab = tabOf(page);
    const at = seq ? this.frameTime(tab, time, received) : (received ?? time);
    return { at, tab, page, seq, head: { kind, flags, page, time } };
  }

  private frameTime(tab: number, time: number, received?: number): number {
    return received === undefined ? this.clock.past(tab, time) : this.clock.frame(tab, time, received);
  }

  private control(frame: Frame, place: Place): Item[] {
    const payload = JSON.parse(new TextDecoder().decode(frame.payload));
    switch (frame.kind) {
      case FrameKind.PAGE_ENTER:
        return [{ ...place, name: "enter", arrival: arrivalOf(payload) }];
      case FrameKind.HISTORY:
        this.lost.get(place.tab)?.add(place.page);
        return [{ ...place, name: "return", arrival: arrivalOf(payload) }];
      case FrameKind.VIEWPORT:
        return [{ ...place, name: "viewport", viewport: bounded(payload) }];
      case FrameKind.TAB_HELLO:
        this.clock.hello(payload.tab, payload.offset_ms, place.at);
        break;
      case FrameKind.GAP:
        if (!place.seq) this.lose(place.tab);
    }
    return [];
  }

  /** What comes of the tab's streams would be read wrong until they begin anew, and be of other nodes until a snapshot. */
  private lose(tab: number): void {
    this.lost.set(tab, new Set());
    for (const page of this.streams.keys()) {
      if (tabOf(page) !== tab) continue;
      this.streams.delete(page);
      this.packed.delete(page);
    }
  }

  private isKnown(item: Item): boolean {
    const known = this.lost.get(item.tab);
    if (!known || item.name !== "operation" || isShelf(item.page)) return true;
    const [name] = item.operation;
    if (name === "snapshot") known.add(item.page);
    return name === "assets" || known.has(item.page);
  }

  /** Frames of one stream, which may begin with the first of them. */
  private async run(frames: Frame[]): Promise<Item[]> {
    const [first] = frames as [Frame];
    const place = this.place(first);
    const open = this.open(first, place);
    if (!open) return this.items(frames, place, open, []);
    return this.items(frames, place, open, await allPushed(open.stream, frames));
  }

  private open({ flags, page, time, payload }: Frame, { at }: Place): OpenStream | undefined {
    if (flags & FrameFlag.STREAM_START) {
      const stream = payload[0] === PACKED ? new UnpackStream() : new InflateStream();
      this.streams.set(page, { stream, lines: new LineReader(), startedAt: time, at });
    }
    const open = this.streams.get(page);
    if (open) this.note(page, open);
    return open;
  }

  /** The packed stream of which nothing was heard for longest goes where there are too many. */
  private note(page: number, { stream }: OpenStream): void {
    this.packed.delete(page);
    if (stream instanceof UnpackStream) this.packed.add(page);
    if (this.packed.size > MOST_PACKED) this.end([...this.packed][0]!);
  }

  /** Who comes back to the page begins a packed stream anew. */
  private end(page: number): void {
    if (this.packed.delete(page)) this.streams.delete(page);
  }

  /** What the frames said, each line with the place of its frame; `place` is the first one's. */
  private items(frames: Frame[], place: Place, open: OpenStream | undefined, lines: string[], isPast = true): Item[] {
    let next = 1;
    const items = lines.map((said, i): Item => {
      const { operation, line } = open!.lines.read(said);
      const since = i === lines.length - 1 ? Infinity : open!.startedAt + operation[1];
      while (next < frames.length && isBefore(frames[next - 1]!, since)) place = this.place(frames[next++]!);
      const at = isPast ? this.pastTime(operation, place, open!) : this.time(operation, place.tab, open!);
      return { ...place, at, name: "operation", operation, line };
    });
    while (next < frames.length) this.place(frames[next++]!);
    return items;
  }

  private pastTime(operation: Operation, { tab, at }: Place, open: OpenStream): number {
    return Math.min(this.clock.past(tab, open.startedAt + operation[1]), at);
  }

  private time(operation: Operation, tab: number, open: OpenStream): number {
    const streamAt = operation[0] === "canvas" ? open.at : undefined;
    return this.clock.operation(tab, open.startedAt + operation[1], streamAt);
  }
}

function pushed(stream: PageStream, frame: Frame): string[] {
  return stream instanceof UnpackStream ? stream.push(frame.payload, isPart(frame)) : stream.push(frame.payload);
}

async function allPushed(stream: PageStream, frames: Frame[]): Promise<string[]> {
  if (stream instanceof UnpackStream) return frames.flatMap((frame) => pushed(stream, frame));
  const bytes = joined(frames.map(({ payload }) => payload));
  return frames[0]!.flags & FrameFlag.STREAM_START ? stream.begin(bytes) : stream.push(bytes);
}

/** Nobody has looked before at what the visitor's side says. */
function arrivalOf(given: Partial<Arrival> | null): Arrival {
  const { url = "", title = "", kind, viewport } = given ?? {};
  const named = { url: String(url), title: String(title), kind: kind === "native" ? kind : ("html" as const) };
  return { ...given, ...named, viewport: viewport ? bounded(viewport) : null };
}

/** Of what was flushed at once, but not the last. */
function isPart({ flags }: Frame): boolean {
  return Boolean(flags & FrameFlag.MORE);
}

function isStreamed({ kind }: Frame): boolean {
  return kind === FrameKind.SNAPSHOT || kind === FrameKind.OPERATIONS;
}

function endOfRun(frames: Frame[], begin: number): number {
  const { page } = frames[begin]!;
  if (!isStreamed(frames[begin]!)) return begin + 1;
  const goesOn = (frame: Frame): boolean =>
    isStreamed(frame) && frame.page === page && !(frame.flags & FrameFlag.STREAM_START);
  let end = begin + 1;
  while (end < frames.length && goesOn(frames[end]!)) end++;
  return end;
}

/** Or no whole line could have come with it. */
function isBefore(frame: Frame, since: number): boolean {
  return frame.time < since || isPart(frame);
}
