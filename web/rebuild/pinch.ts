/** The part of the window that the visitor sees when two fingers have enlarged the page. */

import type { Enlarged } from "../protocol/operations";

/** More than any browser allows. */
const LARGEST = 20;

function bounded([scale = 1, x = 0, y = 0]: Enlarged): [scale: number, x: number, y: number] {
  return [Math.min(Math.max(scale, 1 / LARGEST), LARGEST), x, y];
}

/** As a transform from the top left corner. */
export function enlarging(pinch: Enlarged): string {
  const [scale, x, y] = bounded(pinch);
  return pinch.length ? `scale(${scale}) translate(${-x}px, ${-y}px)` : "";
}

/** Where a place in the window is seen. */
export function seenAt(pinch: Enlarged, x: number, y: number): [x: number, y: number] {
  const [scale, left, top] = bounded(pinch);
  return [(x - left) * scale, (y - top) * scale];
}
