/** Where hidden things are seen on the screen: within what scrolls, within frames, within the window. */

import type { Hidden } from "../protocol/seam";

export interface Box {
  text: string | null;
  left: number;
  top: number;
  width: number;
  height: number;
}

type Edges = [left: number, top: number, right: number, bottom: number];

export function clipped(items: Hidden[]): Box[] {
  const limits = new Map<Element, Edges>();
  const boxes: Box[] = [];
  for (const { text, element, rects } of items) {
    const within = limitOf(element.parentElement, element.ownerDocument, limits);
    const [left, top] = frameOrigin(element.ownerDocument);
    for (const rect of rects()) {
      const edges: Edges = [rect.left + left, rect.top + top, rect.right + left, rect.bottom + top];
      const box = boxOf(text, narrowed(within, edges));
      if (box) boxes.push(box);
    }
  }
  return boxes;
}

function boxOf(text: string | null, [left, top, right, bottom]: Edges): Box | null {
  const [width, height] = [right - left, bottom - top];
  return width > 0 && height > 0 ? { text, left, top, width, height } : null;
}

function narrowed(a: Edges, b: Edges): Edges {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
}

/** What all around the element lets be seen of it. */
function limitOf(around: Element | null, inside: Document, known: Map<Element, Edges>): Edges {
  if (!around) return frameLimit(inside, known);
  const before = known.get(around);
  if (before) return before;
  const outer = limitOf(around.parentElement, inside, known);
  const limit = clips(around) ? narrowed(outer, edgesOf(around)) : outer;
  known.set(around, limit);
  return limit;
}

/** The root and the body hand their scrolling over to the window. */
function clips(element: Element): boolean {
  return !/^(html|body)$/.test(element.localName) && getComputedStyle(element).overflow !== "visible";
}

function edgesOf(element: Element): Edges {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  const [x, y] = frameOrigin(element.ownerDocument);
  return [left + x, top + y, right + x, bottom + y];
}

function frameLimit(inside: Document, known: Map<Element, Edges>): Edges {
  const frame = frameOf(inside);
  if (!frame) return [0, 0, innerWidth, innerHeight];
  return narrowed(limitOf(frame.parentElement, frame.ownerDocument, known), edgesOf(frame));
}

function frameOrigin(inside: Document): [number, number] {
  const frame = frameOf(inside);
  if (!frame) return [0, 0];
  const [left, top] = edgesOf(frame);
  return [left + frame.clientLeft, top + frame.clientTop];
}

function frameOf({ defaultView }: Document): Element | null {
  return defaultView?.frameElement ?? null;
}
