/** The archive of a session: its frames, and what they say on the server's clock. */

import type { Viewport } from "../protocol/seam";
import { decodeFrame } from "../protocol/wire";
import { Decoder, type Item } from "../rebuild/decode";
import { viewportOf } from "../rebuild/viewport";

const ENTRY_HEADER_BYTES = 12;

export interface Archive {
  frames: ArrayBuffer[];
  /** When each of them came, ms since 1970. */
  received: number[];
  items: Item[];
  /** ms since 1970. */
  startMs: number;
  endMs: number;
}

/** Read all segments in order; `progress` gets the share that is there. */
export async function loadArchive(url: string, count: number, progress: (share: number) => void): Promise<Archive> {
  const frames: ArrayBuffer[] = [];
  const received: number[] = [];
  for (let number = 0; number < count; number++) {
    progress(number / count);
    const answer = await fetch(url.replace(/0\/$/, `${number}/`));
    if (!answer.ok) throw new Error(`archive segment ${number}: ${answer.status}`);
    for (const entry of entriesOf(await answer.arrayBuffer())) {
      frames.push(entry.frame);
      received.push(entry.received);
    }
  }
  progress(1);
  const items = itemsOf(frames, received);
  return { frames, received, items, startMs: items[0]?.at ?? 0, endMs: items.at(-1)?.at ?? 0 };
}

/** An entry is the length of its frame (u32), when it came (u64, ms) and the frame. */
function* entriesOf(segment: ArrayBuffer): Generator<{ received: number; frame: ArrayBuffer }> {
  const view = new DataView(segment);
  for (let at = 0; at + ENTRY_HEADER_BYTES <= segment.byteLength; ) {
    const start = at + ENTRY_HEADER_BYTES;
    const received = Number(view.getBigUint64(at + 4));
    at = start + view.getUint32(at);
    yield { received, frame: segment.slice(start, at) };
  }
}

/** What can't be read is left out here as it is on the stage. */
function itemsOf(frames: ArrayBuffer[], received: number[]): Item[] {
  const decoder = new Decoder();
  const items = frames.flatMap((frame, i) => {
    try {
      return decoder.decode(decodeFrame(frame), received[i]);
    } catch {
      return [];
    }
  });
  return items.sort((a, b) => a.at - b.at);
}

/** The display that the visitor had at `atMs`. */
export function viewportAt(items: Item[], atMs: number): Viewport | null {
  let viewport: Viewport | null = null;
  for (const item of items) {
    if (viewport && item.at >= atMs) break;
    viewport = viewportOf(item) ?? viewport;
  }
  return viewport;
}
