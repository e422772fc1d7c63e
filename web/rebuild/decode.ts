/** Frames become items in order: one operation or one control message each, on the server's clock. */

import type { FrameHead } from "../protocol/front";
import type { Volatile } from "../protocol/operations";
import { type Operation, parseOperation } from "../protocol/operations";
import type { Viewport } from "../protocol/seam";
import { InflateStream } from "../protocol/stream";
import { type Frame, FrameFlag, FrameKind, tabOf } from "../protocol/wire";
import { Clock } from "./clock";

export interface Arrival {
  url: string;
  title: string;
  kind: "html" | "native";
  viewport: Viewport;
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

interface OpenStream {
  inflate: InflateStream;
  /** By the visitor's clock, and by the server's. */
  startedAt: number;
  at: number;
}

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
  private readonly clock = new Clock();

  /**
   * `received` is when the server got the frame, where that is known. Throws BadOperation or StreamFault for what can't
   * be read; the page then needs a fresh snapshot.
   */
  decode(frame: Frame, received?: number): Item[] {
    if (isStreamed(frame)) return this.run([frame], received);
    const place = this.place(frame, received);
    const simple = SIMPLE[frame.kind];
    if (simple) return [{ ...place, name: simple }];
    return this.control(frame, place);
  }

  /**
   * Many frames at once, much sooner than one by one: what follows each other in a page's stream is inflated as one
   * piece. A line then counts as of the first frame that is as new as it, which nearly always is the one that it came in.
   */
  decodeAll(frames: Frame[]): Item[] {
    const items: Item[][] = [];
    for (let at = 0, end = 0; at < frames.length; at = end) {
      end = endOfRun(frames, at);
      items.push(end > at + 1 ? this.run(frames.slice(at, end)) : this.decode(frames[at]!));
    }
    return items.flat();
  }

  private place(frame: Frame, received?: number): Place {
    const { kind, flags, page, seq, time } = frame;
    const tab = tabOf(page);
    const at = seq ? this.clock.frame(tab, time, received) : (received ?? time);
    return { at, tab, page, seq, head: { kind, flags, page, time } };
  }

  private control(frame: Frame, place: Place): Item[] {
    const payload = JSON.parse(new TextDecoder().decode(frame.payload));
    switch (frame.kind) {
      case FrameKind.PAGE_ENTER:
        return [{ ...place, name: "enter", arrival: payload }];
      case FrameKind.HISTORY:
        return [{ ...place, name: "return", arrival: payload }];
      case FrameKind.VIEWPORT:
        return [{ ...place, name: "viewport", viewport: payload }];
      case FrameKind.TAB_HELLO:
        this.clock.hello(payload.tab, payload.offset_ms, place.at);
    }
    return [];
  }

  /** Frames of one stream, which may begin with the first of them. */
  private run(frames: Frame[], received?: number): Item[] {
    const [first] = frames as [Frame];
    let [place, next] = [this.place(first, received), 1];
    if (first.flags & FrameFlag.STREAM_START)
      this.streams.set(first.page, { inflate: new InflateStream(), startedAt: first.time, at: place.at });
    const open = this.streams.get(first.page);
    const lines = open?.inflate.push(joined(frames)).map((line) => ({ line, operation: parseOperation(line) })) ?? [];
    const items = lines.map(({ line, operation }, i): Item => {
      const since = i === lines.length - 1 ? Infinity : open!.startedAt + operation[1];
      while (next < frames.length && isBefore(frames[next - 1]!, since)) place = this.place(frames[next++]!);
      return { ...place, at: this.time(operation, place.tab, open!), name: "operation", operation, line };
    });
    while (next < frames.length) this.place(frames[next++]!);
    return items;
  }

  private time(operation: Operation, tab: number, open: OpenStream): number {
    const streamAt = operation[0] === "canvas" ? open.at : undefined;
    return this.clock.operation(tab, open.startedAt + operation[1], streamAt);
  }
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
function isBefore({ flags, time }: Frame, since: number): boolean {
  return time < since || Boolean(flags & FrameFlag.MORE);
}

function joined(frames: Frame[]): Uint8Array {
  if (frames.length === 1) return frames[0]!.payload;
  const bytes = new Uint8Array(frames.reduce((sum, { payload }) => sum + payload.length, 0));
  let at = 0;
  for (const { payload } of frames) {
    bytes.set(payload, at);
    at += payload.length;
  }
  return bytes;
}
