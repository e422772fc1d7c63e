/**
 * Keeps a page tree equal to the live DOM. Mutation records only say where to look: each flush compares the marked places
 * with the tree, so that the difference of two states is sent, however it came about. A flush whose time is up leaves
 * the rest marked; the whole document is nothing but such a rest.
 */

import {
  type DocumentNode,
  type ElementNode,
  type Mutation,
  NODE,
  type Node as TreeNode,
} from "../protocol/operations";
import { childrenOf, extraOf, TreeModel } from "../protocol/tree";
import { changedAttributes } from "./attributes";
import { Budget, LEAST_STEPS } from "./budget";
import { isFrame } from "./gaps";
import { readerOf } from "./given";
import { Ids } from "./ids";
import { Lookout } from "./lookout";
import { inTime, Marks, type Place } from "./marks";
import { hasOtherMode, readDoctype } from "./nodes";
import { Notes } from "./notes";
import { Openings } from "./openings";
import { misplaced } from "./order";
import type { Reader } from "./reader";

export interface RecorderHooks {
  /** Something changed: a flush is wanted. */
  changed(): void;
  /** A document or shadow root came into view: listen to its events. */
  opened(root: Document | ShadowRoot): void;
  /** A node with all that is in it, or as much of that as there was time for. */
  read(node: Node): void;
  /** A frame is read, or `isNew` in it. */
  framed(frame: Element, isNew: boolean): void;
}

const atEnd = (node: Node): Place => [node, 0];

export class Recorder {
  model!: TreeModel;
  private readonly ids = new Ids();
  private readonly observer: MutationObserver;
  private readonly marks = new Marks();
  private readonly notes: Notes;
  private readonly lookout = new Lookout(this.marks, (node) => this.ids.has(node));
  private readonly openings: Openings;
  private rests = false;
  private budget = new Budget(0);

  constructor(
    private readonly top: Document,
    private readonly reader: Reader,
    private readonly hooks: RecorderHooks,
  ) {
    this.notes = new Notes(this.marks, this.ids, this.reader);
    this.observer = new MutationObserver((records) => this.note(records));
    this.openings = new Openings(this.observer, {
      opened: hooks.opened,
      toggled: (element) => this.mark(element),
      framed: hooks.framed,
      loaded: (frame) => this.markNode(frame),
    });
  }

  /** Read the document anew, with the flushes that follow. */
  start(): void {
    this.rest();
    this.ids.clear();
    this.rests = false;
    this.budget = new Budget(0);
    this.model = new TreeModel(this.read(this.top) as DocumentNode);
  }

  /** Whether the tree is not what the DOM is now. */
  get isBehind(): boolean {
    this.note(this.observer.takeRecords());
    return this.marks.isAny;
  }

  stop(): void {
    this.rest();
    this.ids.clear();
    this.openings.stop();
  }

  /** Of the next flush, in nodes. */
  weight(): number {
    return this.isBehind ? this.marks.weight((node) => this.ids.has(node)) : 0;
  }

  /** Until the next `start` nothing is noticed, and the tree stays as it is. */
  rest(): void {
    this.observer.disconnect();
    this.marks.clear();
    this.rests = true;
  }

  idOf(node: Node | null): number {
    return this.ids.of(node);
  }

  nodeOf(id: number): Node | undefined {
    return this.ids.node(id);
  }

  known(): IterableIterator<Node> {
    return this.ids.live();
  }

  /** Documents and shadow roots among them. */
  roots(): Iterable<Document | ShadowRoot> {
    return this.ids.roots();
  }

  /** Number the tree anew in pre-order, as the other side does after a return. */
  renumber(): void {
    const moved = this.model.renumber();
    if (moved) for (const parent of this.marks.growing.keys()) this.marks.growing.set(parent, null); // places name ids
    this.ids.renumber(moved, this.model.next);
  }

  /** Their attributes or extras may have changed without a record. */
  mark(...elements: Element[]): void {
    for (const element of elements) this.marks.elements.add(element);
    this.hooks.changed();
  }

  /** It or its children may have changed without a record. */
  markNode(node: Node): void {
    if (this.ids.has(node)) this.marks.add(node);
    this.hooks.changed();
  }

  /** What may be read of them is decided anew. */
  markAll(): void {
    for (const node of this.ids.all()) this.marks.add(node);
    this.mark();
  }

  /** The same for an element and all that is in it. */
  markWithin(element: Element): void {
    this.notes.markWithin(element, this.model);
    this.hooks.changed();
  }

  /** Look for what changes without a mutation record. */
  lookAround(): void {
    if (this.rests) return;
    this.lookout.lookAround(() => this.ids.all());
    if (this.marks.isAny) this.hooks.changed();
  }

  /**
   * Bring the tree up to the DOM; returns the difference, or null when there is none. After `ms` it ends, having done
   * something, with the tree in a state between the two.
   */
  flush(ms = Infinity): Mutation | null {
    this.note(this.observer.takeRecords());
    const [change, all]: [Mutation, Budget] = [{}, new Budget(ms)];
    // What goes comes first, as on the other side: what is added may stand in what has gone.
    this.budget = new Budget(ms / 2, LEAST_STEPS);
    for (const parent of [...this.marks.parents]) if (!this.removals(parent, change)) break;
    if (!this.marks.parents.size) this.marks.areAway = false;
    this.budget = new Budget(all.leftMs, LEAST_STEPS);
    const growing = [...this.marks.growing.keys()];
    for (const parent of growing) if (!this.additions(parent, change)) this.marks.defer(growing.splice(0));
    for (const node of inTime(this.marks.texts, all.leftMs)) this.textChange(node, change);
    for (const element of inTime(this.marks.elements, all.leftMs)) this.elementChange(element, change);
    return Object.keys(change).length ? change : null;
  }

  private note(records: MutationRecord[]): void {
    this.notes.take(records, this.model);
    if (records.length) this.hooks.changed();
  }

  private read(node: Node): TreeNode {
    const id = this.ids.give(node);
    switch (node.nodeType) {
      case NODE.DOCUMENT:
      case NODE.SHADOW:
        return this.readRoot(node as Document | ShadowRoot, id);
      case NODE.DOCTYPE:
        return readDoctype(node as DocumentType, id);
      case NODE.ELEMENT:
        return this.readElement(node as Element, id);
      default:
        return [node.nodeType as 3, id, readerOf(node, this.reader).text(node)];
    }
  }

  private readRoot(root: Document | ShadowRoot, id: number): TreeNode {
    this.openings.open(root);
    const [children, extra] = [this.readChildren(root), readerOf(root, this.reader).extra(root)];
    this.hooks.read(root);
    return (extra ? [root.nodeType, id, children, extra] : [root.nodeType, id, children]) as TreeNode;
  }

  private readElement(element: Element, id: number): TreeNode {
    if (isFrame(element)) this.openings.watchFrame(element);
    const reader = readerOf(element, this.reader);
    const node: ElementNode = [1, id, element.localName, reader.attributes(element), this.readChildren(element)];
    const extra = reader.extra(element);
    if (extra) node[5] = extra;
    this.hooks.read(element);
    return node;
  }

  private readChildren(parent: Node): TreeNode[] {
    const present = readerOf(parent, this.reader).children(parent);
    const read: TreeNode[] = [];
    this.marks.growing.delete(parent); // where it stood before it had others
    for (const [at, child] of present.entries()) {
      if (this.budget.isSpent) {
        this.marks.growing.set(parent, present.slice(at).map(atEnd));
        break;
      }
      read.push(this.read(child));
    }
    return read;
  }

  /** Whether there was time for all of it. */
  private removals(parent: Node, change: Mutation): boolean {
    this.marks.parents.delete(parent);
    const id = this.ids.of(parent);
    if (!this.model.has(id)) return true;
    const now = readerOf(parent, this.reader).children(parent);
    const [before, present] = [[...(childrenOf(this.model.node(id)) ?? [])], new Set(now)];
    for (const text of this.ids.retext(before, now)) this.marks.texts.add(text);
    for (const child of before) {
      const node = this.ids.node(child[1]);
      if (node && present.has(node) && this.ids.of(node) === child[1] && !hasOtherMode(node, child)) continue;
      if (this.budget.isSpent) return !this.marks.parents.add(parent);
      (change.r ??= []).push([id, child[1]]);
      this.model.remove(id, child[1]);
      this.ids.forget(child);
    }
    this.marks.growing.set(parent, null);
    return true;
  }

  /** Whether there was time for all of it; of what has still to lose children none is taken. */
  private additions(parent: Node, change: Mutation): boolean {
    const [id, known] = [this.ids.of(parent), this.marks.growing.get(parent)];
    this.marks.growing.delete(parent);
    if (!this.model.has(id) || this.marks.parents.has(parent)) return true;
    const places = known ?? this.places(parent, id);
    for (const [at, [node, next]] of places.entries()) {
      if (this.budget.isSpent) return !this.marks.growing.set(parent, places.slice(at));
      this.place(id, next, node, change);
    }
    return true;
  }

  /** Good until the parent is marked again. */
  private places(parent: Node, id: number): Place[] {
    const present = readerOf(parent, this.reader).children(parent);
    const before = (childrenOf(this.model.node(id)) ?? []).map((child) => child[1]);
    const now = present.map((node) => this.ids.of(node));
    return misplaced(before, now).map(([at, next]) => [present[at]!, next]);
  }

  private place(parent: number, next: number, node: Node, change: Mutation): void {
    const known = this.ids.of(node);
    const moves = this.model.has(known) && this.model.parent(known) === parent;
    const placed = moves ? known : this.read(node);
    this.model.insert(parent, next, placed);
    (change.a ??= []).push([parent, next, placed]);
  }

  private textChange(node: Node, change: Mutation): void {
    const id = this.ids.of(node);
    if (!this.model.has(id)) return;
    const text = readerOf(node, this.reader).text(node);
    if (this.model.node(id)[2] === text) return;
    this.model.setText(id, text);
    (change.t ??= []).push([id, text]);
  }

  private elementChange(element: Element, change: Mutation): void {
    const id = this.ids.of(element);
    if (!this.model.has(id)) return;
    const node = this.model.node(id);
    if (node[0] === NODE.ELEMENT) this.attributeChange(element, node, change);
    const extra = readerOf(element, this.reader).extra(element) ?? {};
    if (JSON.stringify(extra) === JSON.stringify(extraOf(node) ?? {})) return;
    this.model.setExtra(id, extra);
    (change.e ??= []).push([id, extra]);
  }

  private attributeChange(element: Element, node: ElementNode, change: Mutation): void {
    const changes = changedAttributes(node[3], readerOf(element, this.reader).attributes(element));
    if (!changes) return;
    this.model.setAttributes(node[1], changes);
    (change.s ??= []).push([node[1], changes]);
  }
}
