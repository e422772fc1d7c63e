/** Where the tree may differ from the DOM: what a flush will have to compare. */

import { Budget, LEAST_STEPS } from "./budget";

/** So many characters cost as much as a node. */
const CHARACTERS_A_NODE = 100;

/** A node, and the id of the child that it goes before, 0 for the end. */
export type Place = [node: Node, next: number];

export class Marks {
  /** Children may have come, gone or moved. */
  readonly parents = new Set<Node>();
  /** Those that have gone are gone in the tree as well; what is still to be placed, null as long as nobody knows. */
  readonly growing = new Map<Node, Place[] | null>();
  readonly texts = new Set<Node>();
  readonly elements = new Set<Element>();
  /** Nodes of the tree may be outside the document, where no change of them is told. */
  areAway = false;

  get isAny(): boolean {
    return this.parents.size + this.growing.size + this.texts.size + this.elements.size > 0;
  }

  /** All of it may be different, but not what is in it. */
  add(node: Node): void {
    if (node.nodeType === 3) this.texts.add(node);
    else this.parents.add(node);
    if (node.nodeType === 1) this.elements.add(node as Element);
  }

  /** They grow after what was begun since: read in the order of the document, nodes need no other numbers. */
  defer(parents: Node[]): void {
    for (const parent of parents) {
      const places = this.growing.get(parent);
      if (this.growing.delete(parent)) this.growing.set(parent, places!);
    }
  }

  clear(): void {
    this.parents.clear();
    this.growing.clear();
    this.texts.clear();
    this.elements.clear();
    this.areAway = false;
  }

  /** About as many nodes as the difference will have, told without reading them. */
  weight(isKnown: (node: Node) => boolean): number {
    let sum = this.elements.size;
    for (const text of this.texts) sum += weightOf(text);
    for (const places of this.growing.values()) sum += places?.length ?? 1;
    for (const parent of this.parents)
      for (let child = parent.firstChild; child; child = child.nextSibling) if (!isKnown(child)) sum += weightOf(child);
    return sum;
  }
}

function weightOf(node: Node): number {
  const inside = (node as Partial<Element>).getElementsByTagName?.("*").length ?? 0;
  return 1 + inside + (node.nodeValue?.length ?? 0) / CHARACTERS_A_NODE;
}

/** Takes them out of the set until the time is up, and some at any rate. */
export function* inTime<T>(marked: Set<T>, ms: number): Generator<T> {
  const budget = new Budget(ms, LEAST_STEPS);
  for (const item of marked) {
    if (budget.isSpent) return;
    marked.delete(item);
    yield item;
  }
}
