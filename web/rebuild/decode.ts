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
  (
    | { name: "operation"; operation: Operation }
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
    const tab = tabOf(frame.page);
    const at = frame.seq ? this.clock.frame(tab, frame.time, received) : (received ?? frame.time);
    const { kind, flags, page, seq, time } = frame;
    const place = { at, tab, page, seq, head: { kind, flags, page, time } };
    if (frame.kind === FrameKind.SNAPSHOT || frame.kind === FrameKind.OPERATIONS) return this.stream(frame, place);
    const simple = SIMPLE[frame.kind];
    if (simple) return [{ ...place, name: simple }];
    return this.control(frame, place);
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

  private stream(frame: Frame, place: Place): Item[] {
    if (frame.flags & FrameFlag.STREAM_START) {
      this.streams.set(frame.page, { inflate: new InflateStream(), startedAt: frame.time, at: place.at });
    }
    const open = this.streams.get(frame.page);
    if (!open) return [];
    return open.inflate.push(frame.payload).map((line) => {
      const operation = parseOperation(line);
      const streamAt = operation[0] === "canvas" ? open.at : undefined;
      const at = this.clock.operation(place.tab, open.startedAt + operation[1], streamAt);
      return { ...place, at, name: "operation", operation };
    });
  }
}
