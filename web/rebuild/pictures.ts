/** When a canvas's picture counts in a replay: it has the time it was taken at, and came behind its upload. */

import type { Node } from "../protocol/operations";
import { childrenOf } from "../protocol/tree";
import type { Item } from "./decode";

/** A picture that was taken so soon after the snapshot shows the canvas as it was in it. */
const WITH_SNAPSHOT_MS = 300;

interface Beginning {
  at: number;
  /** Nodes with higher ids came after the snapshot. */
  lastId: number;
  pictured: Set<number>;
}

export function isPicture(item: Item): boolean {
  return item.name === "operation" && item.operation[0] === "canvas";
}

/** Items in the order of their time; those that are no pictures come in that order. */
export function withPictures(items: Item[]): Item[] {
  const beginnings = new Map<number, Beginning>();
  for (const item of items) {
    if (item.name === "return") beginnings.set(item.page, { at: item.at, lastId: 0, pictured: new Set() });
    if (item.name !== "operation") continue;
    const { operation } = item;
    if (operation[0] === "snapshot") {
      beginnings.set(item.page, { at: item.at, lastId: lastId(operation[2]), pictured: new Set() });
    }
    if (operation[0] === "canvas") place(item, operation[2], beginnings.get(item.page));
  }
  return items.sort((a, b) => a.at - b.at);
}

function place(item: Item, id: number, beginning: Beginning | undefined): void {
  if (!beginning) return;
  const isFirst = id <= beginning.lastId && !beginning.pictured.has(id);
  beginning.pictured.add(id);
  if (item.at < beginning.at || (isFirst && item.at - beginning.at <= WITH_SNAPSHOT_MS)) item.at = beginning.at;
}

function lastId(node: Node): number {
  return (childrenOf(node) ?? []).reduce((last, child) => Math.max(last, lastId(child)), node[1]);
}
