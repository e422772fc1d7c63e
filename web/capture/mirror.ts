/**
 * The document of a frame that nobody can look into, as its own capture code tells it: nodes of a document without a
 * window, in which nothing runs or loads. The recorder reads it as it reads any frame's. What is told is believed of
 * the frame only, and checked for whatever could harm the page around it.
 */

import { type Attributes, type Mutation, NODE } from "../protocol/operations";
import { isFrame } from "./gaps";
import { type Given, given, inner } from "./given";
import { checkedExtra, isText, refuse } from "./told";

/** Of all frames together. */
const MOST_NODES = 50_000;
/** With the page around it within what a tree may have. */
const DEEPEST = 200;
const MOST_LENGTH = 4_000_000;
const EMPTY_LENGTH = "[{},{}]".length;
let nodesOfAll = 0;

export class Mirror {
  private readonly nodes = new Map<number, Node>();
  private readonly maker = document.implementation.createDocument(null, null);
  private length = 0;

  constructor(
    private readonly frame: Element,
    /** What is said of it is another now, or what is in it. */
    private readonly changed: (node: Node) => void,
  ) {}

  /** Its document from now on, and nothing else. Throws BadFrame. */
  begin(root: unknown): void {
    this.clear();
    if ((root as unknown[])[0] !== NODE.DOCUMENT) refuse(); // else it would stand in the page itself
    this.add(this.frame, null, root);
  }

  private clear(): void {
    nodesOfAll -= this.nodes.size;
    this.nodes.clear();
    this.length = 0;
  }

  end(): void {
    this.clear();
    inner.delete(this.frame);
    this.changed(this.frame);
  }

  /** Throws BadFrame. */
  find(id: unknown): Node {
    return this.nodes.get(id as number) ?? refuse();
  }

  /** Throws BadFrame, and what the DOM throws. */
  apply({ r = [], a = [], t = [], s = [], e = [] }: Mutation): void {
    for (const [parent, id] of r) this.remove(this.find(parent), this.find(id));
    for (const [parent, next, tree] of a) {
      const before = next ? this.find(next) : null;
      if (typeof tree !== "number") this.add(this.find(parent), before, tree);
      else if (this.find(tree).parentNode === this.find(parent))
        this.find(parent).insertBefore(this.find(tree), before);
      else refuse();
    }
    for (const [id, text] of t) this.say(this.find(id), text);
    for (const [id, changes] of s) {
      const attributes = Object.entries({ ...this.given(id).attributes, ...changes });
      this.give(id, { attributes: Object.fromEntries(attributes.filter(([, value]) => value !== null)) as Attributes });
    }
    for (const [id, extra] of e) this.give(id, { extra: checkedExtra(extra) });
  }

  private given(id: number): Given {
    return given.get(this.find(id))!;
  }

  private add(parent: Node, before: Node | null, tree: unknown): void {
    const [kind, id, ...rest] = tree as [number, number, ...unknown[]];
    const depth = parent === this.frame ? 0 : given.get(parent)!.depth + 1;
    if (!Number.isInteger(id) || this.nodes.has(id) || nodesOfAll >= MOST_NODES || depth > DEEPEST) refuse();
    const isRoot = kind === NODE.DOCUMENT || kind === NODE.SHADOW;
    const [attributes, children, extra = {}] =
      kind === NODE.ELEMENT ? rest.slice(1) : isRoot ? [{}, ...rest] : [{}, []];
    const checked = checkedExtra(extra as object);
    const node = this.made(kind, rest);
    this.nodes.set(id, node);
    nodesOfAll++;
    given.set(node, { id, depth, attributes: {}, extra: {} });
    if (isRoot) this.open(parent, kind, node);
    else parent.insertBefore(node, before);
    this.give(id, { attributes: attributes as Attributes, extra: checked });
    for (const child of children as unknown[]) this.add(node, null, child);
  }

  /** An element is of no kind: only its name is asked for, as it is. */
  private made(kind: number, [first, second, third]: unknown[]): Node {
    const { maker } = this;
    const text = String(first);
    if (kind === NODE.ELEMENT) return maker.createElement(text);
    if (kind === NODE.DOCUMENT) return document.implementation.createDocument(null, null);
    if (kind === NODE.SHADOW) return maker.createDocumentFragment();
    if (kind === NODE.DOCTYPE) return maker.implementation.createDocumentType(text, String(second), String(third));
    const makes = {
      [NODE.TEXT]: "createTextNode",
      [NODE.CDATA]: "createCDATASection",
      [NODE.COMMENT]: "createComment",
    };
    const make = (makes as Record<number, "createTextNode">)[kind] ?? refuse();
    this.length += text.length;
    return maker[make](text);
  }

  private open(parent: Node, kind: number, root: Node): void {
    if (parent.nodeType !== NODE.ELEMENT || isFrame(parent as Element) !== (kind === NODE.DOCUMENT)) refuse();
    inner.set(parent, root);
    this.changed(parent);
  }

  private say(node: Node, text: unknown): void {
    if (!isText(text) || node.nodeValue === null) refuse();
    this.length += text.length - node.nodeValue.length;
    node.nodeValue = text;
  }

  private give(id: number, said: Partial<Given>): void {
    const [node, before] = [this.find(id), this.given(id)];
    const now = { ...before, ...said };
    if (!Object.values(now.attributes).every(isText)) refuse();
    this.length += lengthOf(now) - lengthOf(before);
    if (this.length > MOST_LENGTH) refuse();
    given.set(node, now);
    this.changed(node);
  }

  private remove(parent: Node, gone: Node): void {
    if (inner.get(parent) === gone) {
      inner.delete(parent);
      this.changed(parent);
    } else parent.removeChild(gone);
    this.forget(gone);
  }

  private forget(gone: Node): void {
    const said = given.get(gone)!;
    this.nodes.delete(said.id);
    nodesOfAll--;
    this.length -= lengthOf(said) + (gone.nodeValue?.length ?? 0);
    const root = inner.get(gone);
    if (root) this.forget(root);
    gone.childNodes.forEach((child) => this.forget(child));
  }
}

function lengthOf({ attributes, extra }: Given): number {
  return JSON.stringify([attributes, extra]).length - EMPTY_LENGTH;
}
