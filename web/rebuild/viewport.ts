/** The visitor's window as it says, within what can be shown. */

import type { Viewport } from "../protocol/seam";
import type { Item } from "./decode";

/** More than any screen has. */
const LONGEST_SIDE = 16_384;

export function bounded(given: unknown): Viewport {
  const { width, height, dpr = 1, ...rest } = (given ?? {}) as Viewport;
  return { ...rest, dpr, width: side(width), height: side(height) };
}

/** What an item says of it. */
export function viewportOf(item: Item): Viewport | null {
  if (item.name === "enter" || item.name === "return") return item.arrival.viewport;
  if (item.name === "viewport") return item.viewport;
  if (item.name !== "operation") return null;
  if (item.operation[0] === "snapshot") return bounded(item.operation[4]);
  return item.operation[0] === "viewport" ? bounded(item.operation[2]) : null;
}

function side(length: unknown): number {
  return typeof length === "number" ? Math.min(Math.max(Math.round(length), 0), LONGEST_SIDE) : 0;
}
