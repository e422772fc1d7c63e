/** In a replay a canvas shows its first picture from the snapshot on: it was taken then, and only its upload came later. */

import type { Node } from "../protocol/operations";
import { childrenOf } from "../protocol/tree";
import type { Item } from "./decode";

/** A picture that comes later than this after the snapshot is of a later moment. */
const UPLOAD_MOST_MS = 10_000;

interface Beginning {
  at: number;
  /** Nodes with higher ids came after the snapshot. */
  lastId: number;
  pictured: Set<number>;
}

/** Items in order of time, in and out. */
export function withFirstPictures(items: Item[]): Item[] {
  const beginnings = new Map<number, Beginning>();
  for (const item of items) {
    if (item.name !== "operation") continue;
    const { operation } = item;
    if (operation[0] === "snapshot") {
      beginnings.set(item.page, { at: item.at, lastId: lastId(operation[2]), pictured: new Set() });
    }
    if (operation[0] === "canvas") moveBack(item, operation[2], beginnings.get(item.page));
  }
  return items.sort((a, b) => a.at - b.at);
}

function moveBack(item: Item, id: number, beginning: Beginning | undefined): void {
  if (!beginning || id > beginning.lastId || beginning.pictured.has(id)) return;
  beginning.pictured.add(id);
  if (item.at - beginning.at <= UPLOAD_MOST_MS) item.at = beginning.at;
}

function lastId(node: Node): number {
  return (childrenOf(node) ?? []).reduce((last, child) => Math.max(last, lastId(child)), node[1]);
}
