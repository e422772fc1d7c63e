/** When a canvas's picture counts in a replay: it has the time it was taken at, and came behind its upload. */

import { isNumbered, sizeOf } from "../protocol/bare";
import type { BareNode, DocumentNode, Node } from "../protocol/operations";
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
  const shelves = new Map<number, number[]>();
  for (const item of items) {
    if (item.name === "return") beginnings.set(item.page, { at: item.at, lastId: 0, pictured: new Set() });
    if (item.name !== "operation") continue;
    const { operation } = item;
    if (operation[0] === "shelf") shelves.set(item.tab, shelved(operation[3], operation[4], shelves.get(item.tab)));
    if (operation[0] === "snapshot") {
      const last = lastId(operation[2], shelves.get(item.tab) ?? []);
      beginnings.set(item.page, { at: item.at, lastId: last, pictured: new Set() });
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

/** Sizes of what is on a shelf then. */
function shelved(first: number, subtrees: unknown[], sizes: number[] = []): number[] {
  const known = sizes.slice(0, first - 1);
  for (const subtree of subtrees) known.push(sizeOf(subtree, known));
  return known;
}

function lastId(root: DocumentNode | BareNode, sizes: number[]): number {
  return isNumbered(root) ? lastOf(root) : sizeOf(root, sizes);
}

/** Of whatever was sent as a tree: nobody has looked yet whether it is one. */
function lastOf(root: unknown): number {
  const open: unknown[] = [root];
  let last = 0;
  while (open.length) {
    const node = open.pop();
    if (!Array.isArray(node)) continue;
    if (typeof node[1] === "number") last = Math.max(last, node[1]);
    const children: unknown = childrenOf(node as Node);
    if (Array.isArray(children)) for (const child of children) open.push(child);
  }
  return last;
}
