/** Makes DOM nodes of tree nodes. A captured page is hostile: nothing here may act, navigate or load by itself. */

import {
  type DocumentNode,
  type ElementNode,
  type Extra,
  NODE,
  type ShadowNode,
  type Node as TreeNode,
} from "../protocol/operations";
import type { TreeModel } from "../protocol/tree";
import type { AssetMap } from "./asset_map";
import { addBaseRules, addBaseRulesOf } from "./base_rules";
import { Dress } from "./dress";
import { BLOCK, blockStyles, create, doctype, isPictureObject, pictureStyles, prepare, rootOptions } from "./elements";
import { use } from "./fields";
import { fillFrame, GAP, gapStyles } from "./gaps";
import { isHarmless, setAttribute, styleRelations, XLINK } from "./harmless";
import type { VisitorMedia } from "./media";
import { say } from "./said";
import type { Sheets } from "./sheets";
import { Slots } from "./slots";
import { LOADED, Sources } from "./sources";
import { showStates } from "./states";
import { attempt, isRoot } from "./steps";
import { TopLayer } from "./top_layer";

/** So many nodes that are gone may be kept. */
const FEW_NODES = 1000;

/** A node that is not made yet, and where it belongs. */
export interface Held {
  parent: Node;
  node: TreeNode;
  /** A later child of the parent, which is there already. */
  before: Node | null;
}

export class Builder {
  readonly nodes = new Map<number, Node>();
  /** What there was no room for, in document order. */
  held: Held[] = [];
  /** How many nodes more are made, and how many are when the body begins. */
  private room = Infinity;
  private bodyRoom = Infinity;
  private readonly sources: Sources;
  /** Where frames come from. */
  private readonly origins = new WeakMap<Element, string>();
  private readonly dress = new Dress();
  private readonly topLayer = new TopLayer();
  private readonly slots = new Slots();
  private readonly styleSources = new WeakMap<Element, Map<CharacterData, string>>();

  constructor(
    assets: AssetMap,
    private readonly sheets: Sheets,
    private readonly media: VisitorMedia,
    private readonly base: () => string,
  ) {
    this.sources = new Sources(assets, sheets);
  }

  build(node: TreeNode, document: Document, parent: Node): Node | null {
    switch (node[0]) {
      case NODE.ELEMENT:
        return this.element(node, document);
      case NODE.DOCTYPE:
        return parent === document ? this.keep(node[1], doctype(document, node)) : null;
      case NODE.DOCUMENT:
      case NODE.SHADOW:
        return null;
      case NODE.COMMENT:
        return this.keep(node[1], document.createComment(node[2]));
      default:
        return this.keep(node[1], this.text(node[2], document, parent as Element));
    }
  }

  /** Fill a document that is empty, its body with about `count` nodes; the rest is held. */
  fill(document: Document, tree: DocumentNode, count = Infinity): void {
    const { room } = this;
    this.keep(tree[1], document);
    [this.room, this.bodyRoom] = [Infinity, count];
    try {
      for (const child of tree[2]) this.append(document, child, document);
    } finally {
      this.room = room;
      this.bodyRoom = Infinity; // a body that comes later has all the room
    }
  }

  /** Make about `count` more nodes, of what is held and wanted. Throws last, so that one bad node costs no other. */
  release(count: number, isWanted: (held: Held) => boolean = () => true): void {
    const all = this.held;
    const faults: unknown[] = [];
    this.held = [];
    this.room = count;
    for (const held of all) {
      if (isWanted(held)) attempt(() => this.make(held), faults);
      else this.held.push(held);
    }
    this.room = Infinity;
    attempt(() => this.slots.settle(), faults);
    if (faults.length) throw faults[0];
  }

  /** Forget, from time to time, what was in something that was removed. */
  prune(tree: TreeModel): void {
    if (this.nodes.size < 2 * tree.size + FEW_NODES) return;
    for (const id of this.nodes.keys()) if (!tree.has(id)) this.nodes.delete(id);
  }

  private make({ parent, node, before }: Held): void {
    const next = before?.parentNode === parent ? before : null;
    this.append(parent, node, parent.ownerDocument ?? (parent as Document), next);
    this.slots.again(parent);
    if (this.nodes.has(node[1])) this.connected(node);
  }

  /** What can only be done once the node is in the document. */
  connected(node: TreeNode): void {
    const dom = this.nodes.get(node[1]);
    if (!dom) return;
    if (node[0] === NODE.ELEMENT) this.elementConnected(node, dom as Element);
    const children = node[0] === NODE.ELEMENT ? node[4] : node[0] === NODE.SHADOW ? node[2] : [];
    for (const child of children) if (child[0] !== NODE.DOCUMENT) this.connected(child);
    if (node[0] === NODE.SHADOW) this.extra(dom, node[3] ?? {});
  }

  /** What a frame shows; a document that came later replaces the one before. */
  frameDocument(frame: HTMLIFrameElement, captured: DocumentNode): void {
    const inner = frame.contentDocument;
    if (!inner) return;
    prepare(inner, captured);
    addBaseRules(inner);
    this.fill(inner, captured);
    for (const child of captured[2]) this.connected(child);
    this.extra(inner, captured[3] ?? {});
  }

  lateShadow(host: Element, node: ShadowNode): void {
    this.shadow(host, node, host.ownerDocument);
    this.connected(node);
  }

  setAttribute(element: Element, name: string, value: string | null): void {
    const tag = element.localName.toLowerCase();
    say(element, name, value);
    if (name === "data" && value && isPictureObject(element)) return this.sources.set(element, "src", value);
    if (/^i?frame$/.test(tag) && name === "src") this.origins.set(element, value ?? "");
    if (!isHarmless(tag, name, value)) return;
    if (value === null) return this.unset(element, name);
    const plain = name.toLowerCase(); // a document sets HREF as href
    if (plain === "style") return this.style(element as HTMLElement, value);
    if (plain === "srcset") return this.sources.srcset(element, value);
    if (plain === "media") return setAttribute(element, name, this.media.answer(value));
    if (plain === "popover") return setAttribute(element, name, "manual"); // the visitor's side says which are open
    if (tag === "link" && plain === "rel") return setAttribute(element, plain, styleRelations(value));
    if (LOADED.has(plain)) return this.sources.set(element, plain, value);
    setAttribute(element, name, tag === "meta" ? this.media.schemeOf(value) : value);
  }

  /** Show a picture in a canvas, which is a plain box in a document without scripts. */
  paint(canvas: HTMLElement, address: string): void {
    if (canvas.localName === "video") return setAttribute(canvas, "poster", address);
    this.dress.put(canvas, pictureStyles(address));
  }

  /** The css text of a style element, with its URLs replaced. */
  styleText(element: Element): void {
    const sources = this.styleSources.get(element);
    if (!sources) return;
    for (const [text, source] of sources) {
      text.nodeValue = this.sheets.rewrite(source, this.base(), () => this.styleText(element));
    }
    const { sheet } = element as HTMLStyleElement;
    if (sheet) this.sheets.adjust(sheet);
  }

  setText(id: number, text: string): void {
    const node = this.nodes.get(id) as CharacterData;
    const parent = node.parentElement;
    if (parent?.localName !== "style") {
      node.data = text;
      return;
    }
    this.sourcesOf(parent).set(node, text);
    this.styleText(parent);
  }

  private restoreText(element: Element, sheet: CSSStyleSheet): void {
    this.sheets.unwrite(sheet);
    this.styleText(element);
  }

  extra(dom: Node, extra: Extra): void {
    const { adopted = [], rules } = extra;
    if (isRoot(dom)) this.sheets.adopt(dom, adopted, this.base());
    const sheet = (dom as Element).localName === "style" ? (dom as HTMLStyleElement).sheet : null;
    if (!rules && sheet) this.restoreText(dom as Element, sheet);
    if (rules && sheet) this.sheets.write(sheet, rules, this.base());
    if (dom.nodeType === NODE.ELEMENT) this.elementExtra(dom as HTMLElement, extra);
  }

  private elementExtra(element: HTMLElement, extra: Extra): void {
    showStates(element, extra.states ?? "");
    if (element.localName === "link") this.sheets.turn(element as HTMLLinkElement, extra.states === "off");
    if (extra.shown) this.sources.choose(element, extra.shown);
    else this.sources.unchoose(element);
    if (extra.gap?.[0] === "frame") fillFrame(element as HTMLIFrameElement, this.origins.get(element) ?? "");
    if (extra.gap) this.dress.put(element, gapStyles(element, extra.gap));
    else this.undress(element, GAP);
    if (extra.block) this.dress.put(element, blockStyles(element, extra.block));
    else this.undress(element, BLOCK);
    this.topLayer.set(element, extra);
    this.slots.set(element, extra);
  }

  private undress(element: HTMLElement, name: string): void {
    if (!this.dress.wears(element) || !element.hasAttribute(name)) return;
    element.removeAttribute(name);
    this.dress.take(element);
  }

  private sourcesOf(element: Element): Map<CharacterData, string> {
    const sources = this.styleSources.get(element) ?? new Map<CharacterData, string>();
    this.styleSources.set(element, sources);
    return sources;
  }

  private keep<T extends Node>(id: number, node: T): T {
    this.nodes.set(id, node);
    return node;
  }

  private element(node: ElementNode, document: Document): Element {
    const element = this.keep(node[1], create(document, node));
    if (node[2] === "body") this.room = this.bodyRoom;
    if (node[5]?.shown) this.sources.prefer(element, node[5].shown);
    for (const [name, value] of Object.entries(node[3])) this.setAttribute(element, name, value);
    if (element.localName.toLowerCase() === "script") element.setAttribute("type", "text/plain");
    for (const child of node[4]) this.append(element, child, document);
    use(element);
    return element;
  }

  private append(parent: Node, child: TreeNode, document: Document, before: Node | null = null): void {
    // The text of a style sheet is one piece: each node more would parse all of it again, without what was made of it.
    const isHeld = this.room <= 0 && !/^(style|textarea)$/.test((parent as Element).localName);
    if (isHeld) return void this.held.push({ parent, node: child, before });
    this.room--;
    if (child[0] === NODE.SHADOW) return this.shadow(parent as Element, child, document);
    const dom = this.build(child, document, parent);
    if (dom) parent.insertBefore(dom, before);
  }

  /** Style text is never in the document as it came: its URLs would be asked for. */
  private text(text: string, document: Document, parent: Element): Text {
    if (parent.localName !== "style") return document.createTextNode(text);
    const node = document.createTextNode(this.sheets.rewrite(text, this.base(), () => this.styleText(parent)));
    this.sourcesOf(parent).set(node, text);
    return node;
  }

  private shadow(host: Element, node: ShadowNode, document: Document): void {
    const root = host.shadowRoot ?? host.attachShadow(rootOptions(node));
    if (!root.adoptedStyleSheets.length) addBaseRulesOf(document, root);
    this.keep(node[1], root);
    for (const child of node[2]) this.append(root, child, document);
  }

  private elementConnected(node: ElementNode, element: Element): void {
    if (node[2] === "style") this.styleText(element);
    if (/^(i?frame|object)$/.test(node[2])) this.frame(node, element as HTMLIFrameElement);
    if (node[5]) this.extra(element, node[5]);
  }

  private frame(node: ElementNode, element: HTMLIFrameElement): void {
    const captured = node[4].find((child) => child[0] === NODE.DOCUMENT);
    if (captured) this.frameDocument(element, captured as DocumentNode);
  }

  private unset(element: Element, name: string): void {
    if (name === "srcset") this.sources.srcset(element, null);
    if (name === "xlink:href") element.removeAttributeNS(XLINK, "href");
    else element.removeAttribute(name);
    if (name === "style") this.dress.again(element);
  }

  private style(element: HTMLElement, value: string): void {
    if (!element.style) return;
    element.setAttribute(
      "style",
      this.sheets.rewrite(value, this.base(), () => this.style(element, value)),
    );
    this.sheets.adjustScheme(element.style);
    this.dress.again(element);
  }
}
