/** Trees without ids, as snapshots and the shelf have them (docs/protocol.md, "The shelf"). */

import { type BareNode, type DocumentNode, type ElementNode, type Extra, NODE, type Node } from "./operations";
import { MAX_DEPTH, MAX_NODES, TooLarge, TreeFault } from "./tree";

/** What a tree refers to is not on the shelf. */
export class NotOnShelf extends TreeFault {}

/** The subtree with a number, from 1 on. */
export type Look = (number: number) => BareNode | undefined;

/** Whether its nodes have ids. */
export function isNumbered(root: DocumentNode | BareNode): root is DocumentNode {
  return Array.isArray(root) && typeof root[1] === "number";
}

/** The tree with its nodes numbered in pre-order; one whose nodes have ids as it is. Throws TreeFault. */
export function numbered(root: DocumentNode | BareNode, look: Look): DocumentNode {
  if (isNumbered(root)) return root;
  return new Numbering(look).node(root, 0, Infinity) as DocumentNode;
}

/** Numbers one tree after the other from `first` on; nothing of them is on the shelf. It throws TreeFault. */
export function numberedFrom(first: number): (root: BareNode) => Node {
  const numbering = new Numbering(() => undefined, first);
  return (root) => numbering.node(root, 0, Infinity);
}

class Numbering {
  private readonly end: number;

  constructor(
    private readonly look: Look,
    private next = 1,
  ) {
    this.end = next + MAX_NODES;
  }

  /** `below`: what is on the shelf refers to what was put there before it. Nothing of it is in two trees. */
  node(bare: BareNode, depth: number, below: number): Node {
    if (typeof bare === "number") return this.node(this.onShelf(bare, below), depth, bare);
    if (depth > MAX_DEPTH) throw new TooLarge(`the tree is deeper than ${MAX_DEPTH}`);
    if (this.next >= this.end) throw new TooLarge(`the tree has more than ${MAX_NODES} nodes`);
    const id = this.next++;
    if (typeof bare === "string") return [NODE.TEXT, id, bare];
    if (!Array.isArray(bare)) throw new TreeFault("a node is a text, a number or an array");
    const children = (from: BareNode[]): Node[] => from.map((child) => this.node(child, depth + 1, below));
    switch (bare[0]) {
      case NODE.ELEMENT: {
        const element: ElementNode = [1, id, bare[1], { ...bare[2] }, children(bare[3])];
        return withExtra(element, bare[4]);
      }
      case NODE.DOCUMENT:
      case NODE.SHADOW:
        return withExtra([bare[0], id, children(bare[1])] as Node, bare[2]);
      case NODE.DOCTYPE:
        return [10, id, bare[1], bare[2], bare[3]];
      default:
        return [bare[0], id, bare[1]];
    }
  }

  private onShelf(number: number, below: number): BareNode {
    const found = number < below ? this.look(number) : undefined;
    if (found === undefined) throw new NotOnShelf(`there is nothing with the number ${number} on the shelf`);
    return found;
  }
}

function withExtra(node: Node, extra: Extra | undefined): Node {
  if (extra) (node as unknown[]).push(structuredClone(extra));
  return node;
}

/** How many nodes it has, where `sizes` are those of what is on the shelf; of whatever was sent as a tree. */
export function sizeOf(bare: unknown, sizes: number[]): number {
  const open = [bare];
  let sum = 0;
  while (open.length) {
    const node = open.pop();
    if (typeof node === "number") sum += sizes[node - 1] ?? 0;
    else sum++;
    const children: unknown = Array.isArray(node) ? node[node[0] === NODE.ELEMENT ? 3 : 1] : null;
    if (Array.isArray(children)) for (const child of children) open.push(child);
  }
  return sum;
}
