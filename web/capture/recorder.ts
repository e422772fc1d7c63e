/**
 * Keeps a page tree equal to the live DOM. Mutation records only say where to look: on every flush the marked places are
 * compared with the tree, so what is sent is the difference of two states, however it came about.
 */

import {
  type DocumentNode,
  type ElementNode,
  type Mutation,
  NODE,
  type Node as TreeNode,
} from "../protocol/operations";
import { childrenOf, extraOf, TreeModel } from "../protocol/tree";
import { Lookout } from "./lookout";
import { Marks } from "./marks";
import { longestIncreasing } from "./order";
import type { Reader } from "./reader";

export interface RecorderHooks {
  /** Something changed: a flush is wanted. */
  changed(): void;
  /** A document or shadow root came into view: listen to its events. */
  opened(root: Document | ShadowRoot): void;
}

export class Recorder {
  model!: TreeModel;
  private ids = new WeakMap<Node, number>();
  private nodes = new Map<number, Node>();
  private readonly observer: MutationObserver;
  private readonly marks = new Marks();
  private readonly lookout = new Lookout(this.marks, (node) => this.ids.has(node));
  private readonly opened = new WeakSet<Node>();
  private nextId = 1;
  private rests = false;

  constructor(
    private readonly top: Document,
    private readonly reader: Reader,
    private readonly hooks: RecorderHooks,
  ) {
    this.observer = new MutationObserver((records) => this.note(records));
  }

  /** Read the whole document; ids begin with 1 in pre-order. */
  start(): void {
    this.rests = false;
    this.clear();
    this.model = new TreeModel(this.read(this.top) as DocumentNode);
  }

  stop(): void {
    this.observer.disconnect();
    this.clear();
  }

  /** Of what the next flush will find, in nodes. */
  weight(): number {
    this.note(this.observer.takeRecords());
    return this.marks.weight((node) => this.ids.has(node));
  }

  /** Until the next `start` nothing is noticed, and the tree stays as it is. */
  rest(): void {
    this.observer.disconnect();
    this.marks.clear();
    this.rests = true;
  }

  idOf(node: Node | null): number {
    return (node && this.ids.get(node)) ?? 0;
  }

  nodeOf(id: number): Node | undefined {
    return this.nodes.get(id);
  }

  /** All elements that are in the tree. */
  known(): IterableIterator<Node> {
    return this.nodes.values();
  }

  /** Number the tree anew in pre-order, as the other side does after a return. */
  renumber(): void {
    const moved = this.model.renumber();
    const nodes = new Map<number, Node>();
    for (const [id, node] of this.nodes) nodes.set(moved.get(id)!, node);
    this.nodes = nodes;
    for (const [id, node] of nodes) this.ids.set(node, id);
    this.nextId = this.model.next;
  }

  /** An element's attributes or extra may have changed without a record. */
  mark(element: Element): void {
    this.marks.elements.add(element);
    this.hooks.changed();
  }

  /** Look for what changes without a mutation record. */
  lookAround(): void {
    if (this.rests) return;
    for (const node of this.nodes.values()) this.lookout.look(node);
    if (this.marks.parents.size || this.marks.elements.size) this.hooks.changed();
  }

  /** Bring the tree up to the DOM; returns the difference, or null when there is none. */
  flush(): Mutation | null {
    this.note(this.observer.takeRecords());
    const change: Mutation = {};
    const parents = [...this.marks.parents];
    for (const parent of parents) this.removals(parent, change);
    for (const parent of parents) this.additions(parent, change);
    for (const node of this.marks.texts) this.textChange(node, change);
    for (const element of this.marks.elements) this.elementChange(element, change);
    this.marks.clear();
    return Object.keys(change).length ? change : null;
  }

  private clear(): void {
    this.ids = new WeakMap();
    this.nodes = new Map();
    this.nextId = 1;
    this.observer.takeRecords();
    this.marks.clear();
  }

  private note(records: MutationRecord[]): void {
    for (const { type, target, attributeName } of records) {
      if (!this.ids.has(target)) continue;
      if (type === "childList") this.marks.parents.add(target);
      else if (type === "characterData") this.marks.texts.add(target);
      else this.noteAttribute(target as Element, attributeName!);
      if (type === "childList" && isStyle(target)) this.marks.elements.add(target as Element);
    }
    if (records.length) this.hooks.changed();
  }

  /** A changed attribute can also change which rules of masking cover the element and what is in it. */
  private noteAttribute(element: Element, name: string): void {
    this.marks.elements.add(element);
    if (!this.reader.masking.dependsOn(name)) return;
    this.marks.parents.add(element);
    const texts = element.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) this.marks.texts.add(texts.currentNode);
  }

  private read(node: Node): TreeNode {
    const id = this.nextId++;
    this.ids.set(node, id);
    this.nodes.set(id, node);
    switch (node.nodeType) {
      case NODE.DOCUMENT:
      case NODE.SHADOW:
        return this.readRoot(node as Document | ShadowRoot, id);
      case NODE.DOCTYPE:
        return readDoctype(node as DocumentType, id);
      case NODE.ELEMENT:
        return this.readElement(node as Element, id);
      default:
        return [node.nodeType as 3, id, this.reader.text(node)];
    }
  }

  private readRoot(root: Document | ShadowRoot, id: number): TreeNode {
    this.open(root);
    const children = this.reader.children(root).map((child) => this.read(child));
    const extra = this.reader.extra(root);
    return (extra ? [root.nodeType, id, children, extra] : [root.nodeType, id, children]) as TreeNode;
  }

  private readElement(element: Element, id: number): TreeNode {
    if (element.localName === "iframe") this.watchFrame(element);
    const attributes = this.reader.attributes(element);
    const children = this.reader.children(element).map((child) => this.read(child));
    const extra = this.reader.extra(element);
    const node: ElementNode = [1, id, element.localName, attributes, children];
    if (extra) node[5] = extra;
    return node;
  }

  private open(root: Document | ShadowRoot): void {
    this.observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    if (this.opened.has(root)) return;
    this.opened.add(root);
    this.hooks.opened(root);
  }

  private watchFrame(frame: Element): void {
    if (this.opened.has(frame)) return;
    this.opened.add(frame);
    frame.addEventListener("load", () => {
      if (this.ids.has(frame)) this.marks.parents.add(frame);
      this.hooks.changed();
    });
  }

  private removals(parent: Node, change: Mutation): void {
    const id = this.ids.get(parent);
    if (!id || !this.model.has(id)) return;
    const present = new Set(this.reader.children(parent));
    for (const child of [...(childrenOf(this.model.node(id)) ?? [])]) {
      const node = this.nodes.get(child[1]);
      if (node && present.has(node)) continue;
      (change.r ??= []).push([id, child[1]]);
      this.model.remove(id, child[1]);
      this.forget(child);
    }
  }

  private forget(gone: TreeNode): void {
    const node = this.nodes.get(gone[1]);
    this.nodes.delete(gone[1]);
    if (node && this.ids.get(node) === gone[1]) this.ids.delete(node);
    childrenOf(gone)?.forEach((child) => this.forget(child));
  }

  private additions(parent: Node, change: Mutation): void {
    const id = this.ids.get(parent);
    if (!id || !this.model.has(id)) return;
    const present = this.reader.children(parent);
    const stays = this.staying(id, present);
    let next = 0;
    const anchors = present.map(() => 0);
    for (let i = present.length - 1; i >= 0; i--) {
      anchors[i] = next;
      if (stays.has(present[i]!)) next = this.ids.get(present[i]!)!;
    }
    present.forEach((node, i) => {
      if (!stays.has(node)) this.place(id, anchors[i]!, node, change);
    });
  }

  /** The children that need not move: the longest run that is in the right order already. */
  private staying(id: number, present: Node[]): Set<Node> {
    const before = new Map((childrenOf(this.model.node(id)) ?? []).map((child, at) => [child[1], at]));
    const kept = present.filter((node) => before.has(this.ids.get(node) ?? 0));
    const order = kept.map((node) => before.get(this.ids.get(node)!)!);
    return new Set(longestIncreasing(order).map((at) => kept[at]!));
  }

  private place(parent: number, next: number, node: Node, change: Mutation): void {
    const known = this.ids.get(node);
    const moves = known !== undefined && this.model.has(known) && this.model.parent(known) === parent;
    const placed = moves ? known : this.read(node);
    this.model.insert(parent, next, placed);
    (change.a ??= []).push([parent, next, placed]);
  }

  private textChange(node: Node, change: Mutation): void {
    const id = this.ids.get(node);
    if (!id || !this.model.has(id)) return;
    const text = this.reader.text(node);
    if (this.model.node(id)[2] === text) return;
    this.model.setText(id, text);
    (change.t ??= []).push([id, text]);
  }

  private elementChange(element: Element, change: Mutation): void {
    const id = this.ids.get(element);
    if (!id || !this.model.has(id)) return;
    const node = this.model.node(id);
    if (node[0] === NODE.ELEMENT) this.attributeChange(element, node, change);
    const extra = this.reader.extra(element) ?? {};
    if (JSON.stringify(extra) === JSON.stringify(extraOf(node) ?? {})) return;
    this.model.setExtra(id, extra);
    (change.e ??= []).push([id, extra]);
  }

  private attributeChange(element: Element, node: ElementNode, change: Mutation): void {
    const now = this.reader.attributes(element);
    const changes: Record<string, string | null> = {};
    for (const name of Object.keys(now)) if (now[name] !== node[3][name]) changes[name] = now[name]!;
    for (const name of Object.keys(node[3])) if (!(name in now)) changes[name] = null;
    if (!Object.keys(changes).length) return;
    this.model.setAttributes(node[1], changes);
    (change.s ??= []).push([node[1], changes]);
  }
}

function readDoctype(doctype: DocumentType, id: number): TreeNode {
  return [10, id, doctype.name, doctype.publicId, doctype.systemId];
}

function isStyle(node: Node): boolean {
  return node.nodeType === NODE.ELEMENT && (node as Element).localName === "style";
}
