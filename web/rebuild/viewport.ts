/** The visitor's window as it says, within what can be shown. */

import type { Viewport } from "../protocol/seam";

/** More than any screen has. */
const LONGEST_SIDE = 16_384;

export function bounded(given: unknown): Viewport {
  const { width, height, dpr = 1, ...rest } = (given ?? {}) as Viewport;
  return { ...rest, dpr, width: side(width), height: side(height) };
}

function side(length: unknown): number {
  return typeof length === "number" ? Math.min(Math.max(Math.round(length), 0), LONGEST_SIDE) : 0;
}
