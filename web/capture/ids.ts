/** Which node of the DOM is which of the tree. */

import type { Node as TreeNode } from "../protocol/operations";
import { childrenOf } from "../protocol/tree";
import { given } from "./given";

export class Ids {
  private ids = new WeakMap<Node, number>();
  private nodes = new Map<number, Node>();
  /** Ids of documents and shadow roots. */
  private rootIds = new Set<number>();
  private next = 1;

  clear(): void {
    this.ids = new WeakMap();
    this.nodes = new Map();
    this.rootIds = new Set();
    this.next = 1;
  }

  /** 0 for a node that is not in the tree. */
  of(node: Node | null): number {
    return (node && this.ids.get(node)) ?? 0;
  }

  has(node: Node): boolean {
    return this.ids.has(node);
  }

  node(id: number): Node | undefined {
    return this.nodes.get(id);
  }

  all(): IterableIterator<Node> {
    return this.nodes.values();
  }

  /** But for what only stands for something. */
  *live(): IterableIterator<Node> {
    for (const node of this.nodes.values()) if (!given.has(node)) yield node;
  }

  roots(): (Document | ShadowRoot)[] {
    const roots = [...this.rootIds].map((id) => this.nodes.get(id) as Document | ShadowRoot);
    return roots.filter((root) => !given.has(root));
  }

  /** A new one, also for a node that had one somewhere else. */
  give(node: Node): number {
    const id = this.next++;
    this.ids.set(node, id);
    this.nodes.set(id, node);
    if (node.nodeType === 9 || node.nodeType === 11) this.rootIds.add(id);
    return id;
  }

  /**
   * A text that is set anew is another node in the DOM. Where it is all that has changed among children, it takes the place
   * of the one before; returns those that did.
   */
  *retext(before: TreeNode[], now: Node[]): Generator<Node> {
    if (before.length !== now.length) return;
    for (const [at, [kind, id]] of before.entries()) {
      const [node, old] = [now[at]!, this.nodes.get(id)];
      if (kind !== node.nodeType || kind !== 3 || this.ids.has(node) || old?.parentNode === node.parentNode) continue;
      if (old) this.ids.delete(old);
      this.ids.set(node, id);
      this.nodes.set(id, node);
      yield node;
    }
  }

  /** With all that is in it. */
  forget(gone: TreeNode): void {
    const id = gone[1];
    const node = this.nodes.get(id);
    this.nodes.delete(id);
    this.rootIds.delete(id);
    if (node && this.ids.get(node) === id) this.ids.delete(node);
    childrenOf(gone)?.forEach((child) => this.forget(child));
  }

  /** The tree was numbered anew: `moved` from old to new, null where nothing was. */
  renumber(moved: Map<number, number> | null, next: number): void {
    this.next = next;
    if (!moved) return;
    const nodes = new Map<number, Node>();
    for (const [id, node] of this.nodes) nodes.set(moved.get(id)!, node);
    this.nodes = nodes;
    this.rootIds = new Set([...this.rootIds].map((id) => moved.get(id)!));
    for (const [id, node] of nodes) this.ids.set(node, id);
  }
}
