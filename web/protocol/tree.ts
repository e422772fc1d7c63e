/** The page as a tree of compact nodes: what both sides hold, change in the same way and take the digest of. */

import { type DocumentNode, type ElementNode, type Extra, type Mutation, NODE, type Node } from "./operations";
import { bytesOf, hexOf, Sha256, sha256Hex } from "./sha256";

export const MAX_NODES = 200_000;
export const MAX_DEPTH = 512;
/** A subtree whose canonical form is longer stands in its parent's form by its digest. */
const INLINE_LENGTH = 1024;
/** A longer form is hashed in parts. */
const HASHED_LENGTH = 32 * 1024;

/** A change names a node that is not in the tree, or would make it larger than the limits allow. */
export class TreeFault extends Error {}

/** More than is sent or shown of one page. */
export class TooLarge extends TreeFault {}

interface Entry {
  node: Node;
  parent: number;
  depth: number;
  canonical: string | null;
  /** There is something in it that the canonical form leaves out, other than ids. */
  isLossy: boolean;
}

export function childrenOf(node: Node): Node[] | null {
  if (node[0] === NODE.ELEMENT) return node[4];
  if (node[0] === NODE.DOCUMENT || node[0] === NODE.SHADOW) return node[2];
  return null;
}

export function extraOf(node: Node): Extra | undefined {
  if (node[0] === NODE.ELEMENT) return node[5];
  return node[0] === NODE.DOCUMENT || node[0] === NODE.SHADOW ? node[3] : undefined;
}

export function setExtra(node: Node, extra: Extra): void {
  if (node[0] === NODE.ELEMENT) node[5] = extra;
  else if (node[0] === NODE.DOCUMENT || node[0] === NODE.SHADOW) node[3] = extra;
}

/** Whether they and what is in them are numbered from `next` on, in the order of the document. */
export function areInOrder(nodes: Node[], next: number): boolean {
  const isNext = (node: Node): boolean => node[1] === next++ && (childrenOf(node)?.every(isNext) ?? true);
  return nodes.every(isNext);
}

export class TreeModel {
  readonly root: DocumentNode;
  private entries = new Map<number, Entry>();
  /** Under way; a change makes it begin anew, with what is known by then. */
  private forming: Generator<void, void> | null = null;
  /** The id that the next new node gets. */
  next = 1;
  /** Told of every node that is taken out. */
  gone: (id: number) => void = () => undefined;

  constructor(root: DocumentNode) {
    if (!Array.isArray(root) || root[0] !== NODE.DOCUMENT) throw new TreeFault("no document");
    this.root = root;
    this.register(root, 0, 0);
  }

  get size(): number {
    return this.entries.size;
  }

  has(id: number): boolean {
    return this.entries.has(id);
  }

  node(id: number): Node {
    return this.entry(id).node;
  }

  parent(id: number): number {
    return this.entry(id).parent;
  }

  apply(change: Mutation): void {
    for (const [parent, id] of change.r ?? []) this.remove(parent, id);
    for (const [parent, next, node] of change.a ?? []) this.insert(parent, next, node);
    for (const [id, text] of change.t ?? []) this.setText(id, text);
    for (const [id, attributes] of change.s ?? []) this.setAttributes(id, attributes);
    for (const [id, extra] of change.e ?? []) this.setExtra(id, extra);
  }

  remove(parent: number, id: number): void {
    const siblings = this.siblings(parent);
    const at = siblings.findIndex((node) => node[1] === id);
    if (at < 0) throw new TreeFault(`node ${id} is no child of ${parent}`);
    const [gone] = siblings.splice(at, 1);
    this.forget(gone!);
    this.touch(parent);
  }

  /** `next` 0 appends; a number instead of a node moves a child of the same parent. */
  insert(parent: number, next: number, node: Node | number): void {
    const siblings = this.siblings(parent);
    const moves = typeof node === "number";
    const added = moves ? this.take(siblings, node) : node;
    const at = next ? siblings.findIndex((sibling) => sibling[1] === next) : siblings.length;
    if (at < 0) throw new TreeFault(`node ${next} is no child of ${parent}`);
    siblings.splice(at, 0, added);
    if (!moves) this.register(added, parent, this.entry(parent).depth + 1);
    this.touch(parent);
  }

  setText(id: number, text: string): void {
    const node = this.node(id);
    if (childrenOf(node) || node[0] === NODE.DOCTYPE) throw new TreeFault(`node ${id} has no text`);
    node[2] = text;
    this.touch(id);
  }

  setAttributes(id: number, changes: Record<string, string | null>): void {
    const node = this.node(id);
    if (node[0] !== NODE.ELEMENT) throw new TreeFault(`node ${id} has no attributes`);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) delete node[3][name];
      else node[3][name] = value;
    }
    this.touch(id);
  }

  setExtra(id: number, extra: Extra): void {
    setExtra(this.node(id), extra);
    this.touch(id);
  }

  /** SHA-256 over the canonical form (no ids, attributes sorted, no sizes), as hex. */
  digest(): string {
    for (const _step of this.forms(this.root));
    return sha256Hex(this.canonical(this.root));
  }

  /** Of a subtree that is long enough to have one: its digest says all of it but ids. For `isDigested` trees. */
  nameOf(node: Node): string | null {
    const { canonical, isLossy } = this.entry(node[1]);
    return canonical?.startsWith('"#') && !isLossy ? canonical.slice(2, -1) : null;
  }

  /** Work out what `digest` needs, until `isSpent()`; whether all of it is there. */
  isDigested(isSpent: () => boolean): boolean {
    this.forming ??= this.forms(this.root);
    while (!this.forming.next().done) if (isSpent()) return false;
    this.forming = null;
    return true;
  }

  /** Number all nodes again in pre-order from 1; returns old id → new id, or null where that is what they have. */
  renumber(): Map<number, number> | null {
    this.next = this.size + 1;
    if (areInOrder([this.root], 1)) return null;
    const moved = new Map<number, number>();
    const walk = (node: Node): void => {
      moved.set(node[1], moved.size + 1);
      node[1] = moved.size;
      childrenOf(node)?.forEach(walk);
    };
    walk(this.root);
    this.entries = new Map();
    this.forming = null;
    this.register(this.root, 0, 0);
    return moved;
  }

  private entry(id: number): Entry {
    const entry = this.entries.get(id);
    if (!entry) throw new TreeFault(`node ${id} is not in the tree`);
    return entry;
  }

  private siblings(parent: number): Node[] {
    const children = childrenOf(this.node(parent));
    if (!children) throw new TreeFault(`node ${parent} can't have children`);
    return children;
  }

  private take(siblings: Node[], id: number): Node {
    const at = siblings.findIndex((node) => node[1] === id);
    if (at < 0) throw new TreeFault(`node ${id} can't move: it has another parent`);
    return siblings.splice(at, 1)[0]!;
  }

  private register(node: Node, parent: number, depth: number): void {
    if (this.entries.has(node[1])) throw new TreeFault(`node ${node[1]} is in the tree already`);
    if (depth > MAX_DEPTH) throw new TooLarge(`the tree is deeper than ${MAX_DEPTH}`);
    if (this.entries.size >= MAX_NODES) throw new TooLarge(`the tree has more than ${MAX_NODES} nodes`);
    this.entries.set(node[1], { node, parent, depth, canonical: null, isLossy: false });
    this.next = Math.max(this.next, node[1] + 1);
    for (const child of childrenOf(node) ?? []) this.register(child, node[1], depth + 1);
  }

  private forget(node: Node): void {
    this.entries.delete(node[1]);
    this.gone(node[1]);
    childrenOf(node)?.forEach((child) => this.forget(child));
  }

  private touch(id: number): void {
    this.forming = null;
    for (let entry = this.entries.get(id); entry; entry = this.entries.get(entry.parent)) entry.canonical = null;
  }

  private canonical(node: Node): string {
    return this.entry(node[1]).canonical!;
  }

  /** Gives each node its form, from below; a step is short. */
  private *forms(node: Node): Generator<void, void> {
    const entry = this.entry(node[1]);
    if (entry.canonical !== null) return;
    const children = childrenOf(node);
    const form = new Form();
    if (!children) form.add(JSON.stringify([node[0], ...node.slice(2)]));
    else {
      for (const child of children) yield* this.forms(child);
      form.add(`[${node[0]},${node[0] === NODE.ELEMENT ? `"${node[2]}",${sorted(node)},` : ""}[`);
      for (const [at, child] of children.entries()) if (form.add(`${at ? "," : ""}${this.canonical(child)}`)) yield;
      form.add(`],${lasting(extraOf(node))}]`);
    }
    const { block, gap } = extraOf(node) ?? {};
    entry.isLossy = !!(block || gap) || !!children?.some((child) => this.entry(child[1]).isLossy);
    entry.canonical = form.end();
    yield;
  }
}

/** Text that becomes its own digest when it is long. */
class Form {
  private text = "";
  private hash: Sha256 | null = null;

  /** Whether a part was hashed now. */
  add(text: string): boolean {
    this.text += text;
    if (this.text.length < HASHED_LENGTH) return false;
    this.hash ??= new Sha256();
    this.hash.update(bytesOf(this.text));
    this.text = "";
    return true;
  }

  end(): string {
    if (!this.hash) return shortened(this.text);
    return `"#${hexOf(this.hash.update(bytesOf(this.text)).digest())}"`;
  }
}

function shortened(form: string): string {
  return form.length > INLINE_LENGTH ? `"#${sha256Hex(form)}"` : form;
}

function sorted(node: ElementNode): string {
  return JSON.stringify(Object.entries(node[3]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function lasting(extra: Extra | undefined): string {
  const { ns, quirks, rules, adopted, top, block: _, gap: __, ...more } = extra ?? {};
  const seldom = Object.entries(more).flat();
  return JSON.stringify([ns, quirks, rules, adopted, top, ...seldom]);
}
