/** The outline of a session, as recordings/video/outline.py makes it: what there is, and where in the archive it is. */

import { read } from "./reading";

export type Stretch = [startsMs: number, endsMs: number];
export type MarkKind = "page" | "click" | "input" | "error" | "pause" | "agent" | "note";
/** `name` is that of its row in the log. */
export type Mark = [atMs: number, kind: MarkKind, text: string, name?: string];

export interface Chapter {
  page_id: number;
  title: string;
  url: string;
  starts_ms: number;
  ends_ms: number;
}

/** Times in ms since the session's start, which was at `started_ms` since 1970. */
export interface Outline {
  started_ms: number;
  duration_ms: number;
  segments: [fromMs: number, toMs: number, bytes: number, pages: number[]][];
  streams: [page: number, segment: number, entry: number][];
  heads: [segment: number, entry: number, page: number, receivedMs: number, base64: string][];
  fronts: [atMs: number, page: number, segment: number, visitorMs: number][];
  chapters: Chapter[];
  holes: [kind: "gap" | "paused", startsMs: number, endsMs: number][];
  idle: Stretch[];
  marks: Mark[];
  log: { count: number; chunk: number; chunks: [firstMs: number, start: number, size: number][]; is_cut: boolean };
}

const ASK_AGAIN_MS = 1500;
const ACCEPTED = 202;

/** Waits while a worker makes it; throws Unreadable where it can't be had. */
export async function readOutline(url: string, waits: () => void): Promise<Outline> {
  for (;;) {
    const answer = await read(url);
    if (answer.status !== ACCEPTED) return (await answer.json()) as Outline;
    waits();
    await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
  }
}
