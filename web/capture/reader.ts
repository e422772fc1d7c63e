/** Reads the visitor's DOM: what of a node goes into the page tree, already masked. */

import { absoluteCss, absoluteSrcset } from "../protocol/css";
import { type Attributes, type Extra, NODE } from "../protocol/operations";
import { sha256Hex } from "../protocol/tree";
import type { Addresses } from "./addresses";
import { affectedBy, hiddenInLine } from "./line";
import { isCustomField, type Masking } from "./masking";
import { rulesOf, scriptedRules } from "./rules";

const HTML = "http://www.w3.org/1999/xhtml";
const SVG = "http://www.w3.org/2000/svg";
const URL_ATTRIBUTES = new Set(["href", "src", "poster", "xlink:href", "background"]);
/** They lead somewhere; with others something is loaded. */
const LINKS = new Set(["a", "area", "base"]);
const LABELS =
  /^(title|alt|placeholder|label|summary|abbr|aria-(label|value\w+|(role)?description|placeholder|braille\w+|checked|selected)|data-.+)$/;
/** They would act, or tell more than is seen. */
const DROPPED = new Set([
  "nonce",
  "integrity",
  "srcdoc",
  "action",
  "formaction",
  "ping",
  "data-alongside",
  "autofocus",
]);
const KEPT_META = new Set(["viewport", "color-scheme", "theme-color", "darkreader-lock"]);
const EMPTY_TAGS = new Set(["script", "noscript", "template", "object", "embed"]);
const LONG_DATA_URL = 1024;

export type AssetUse = (url: string, kind: "css" | "any") => void;

export interface ReaderOptions {
  addresses: Addresses;
  ignores: (node: Node) => boolean;
  uses: AssetUse;
  keepsData: (sha256: string, dataUrl: string) => void;
}

export class Reader {
  constructor(private readonly options: ReaderOptions) {}

  get masking(): Masking {
    return this.options.addresses.masking;
  }

  /** Child nodes as the tree has them: the shadow root first, a frame's document as its only child. */
  children(node: Node): Node[] {
    if (node.nodeType !== NODE.ELEMENT) return this.kept(node);
    const element = node as Element;
    if (EMPTY_TAGS.has(element.localName) || this.masking.blocks(element)) return [];
    if (element.localName === "iframe") return frameDocument(element);
    const shadow = element.shadowRoot;
    return shadow ? [shadow, ...this.kept(node)] : this.kept(node);
  }

  text(node: Node): string {
    const text = node.nodeValue ?? "";
    const parent = node.parentElement ?? (node.parentNode as Partial<ShadowRoot> | null)?.host;
    if (!parent || node.nodeType === NODE.COMMENT) return node.nodeType === NODE.COMMENT ? "" : text;
    if (parent.localName === "style") return this.css(text, parent.baseURI);
    const shown = this.masking.text(text, parent);
    if (parent.localName === "title") return this.options.addresses.title(shown);
    return shown === text ? hiddenInLine(node, text, this.masking.data) : shown;
  }

  /** Texts whose masking this change may have changed: a number goes on in the next node. */
  affectedBy(record: MutationRecord): Node[] {
    return this.masking.data.size ? affectedBy(record) : [];
  }

  attributes(element: Element): Attributes {
    const read: Attributes = {};
    if (element.localName === "script") return read;
    if (this.masking.blocks(element)) return layoutOnly(element);
    for (const { name, value } of Array.from(element.attributes)) {
      const kept = this.attribute(element, name, value);
      if (kept !== null) read[name] = kept;
    }
    return read;
  }

  extra(node: Node): Extra | undefined {
    const extra: Extra = {};
    if (node.nodeType === NODE.DOCUMENT && (node as Document).compatMode === "BackCompat") extra.quirks = 1;
    if (node.nodeType === NODE.ELEMENT) this.elementExtra(node as Element, extra);
    else addAdopted(node as Document | ShadowRoot, extra);
    return Object.keys(extra).length ? extra : undefined;
  }

  private elementExtra(element: Element, extra: Extra): void {
    if (element.namespaceURI === SVG) extra.ns = "svg";
    else if (element.namespaceURI !== HTML) extra.ns = "math";
    if (this.masking.blocks(element)) {
      const { width, height } = element.getBoundingClientRect();
      extra.block = [Math.round(width), Math.round(height)];
    }
    const rules = scriptedRules(element);
    if (rules) extra.rules = rules;
    const top = topLayer(element);
    if (top) extra.top = top;
  }

  private attribute(element: Element, name: string, value: string): string | null {
    if (DROPPED.has(name) || name.startsWith("on")) return null;
    if (name === "style") return this.css(value, element.baseURI);
    if (name === "srcset" && this.masking.isTypedInto(element)) return null;
    if (name === "srcset" || name === "imagesrcset") return absoluteSrcset(value, element.baseURI);
    if (URL_ATTRIBUTES.has(name)) return this.url(element, name, value);
    const plain = LABELS.test(name)
      ? this.masking.label(value, element, name)
      : this.fieldAttribute(element, name, value);
    return plain && this.options.addresses.attribute(plain);
  }

  private fieldAttribute(element: Element, name: string, value: string): string | null {
    const tag = element.localName;
    if (name === "value") {
      const isField = tag === "input" || isCustomField(element);
      return isField ? this.masking.value(value, element) : this.masking.label(value, element);
    }
    if (tag === "input" && name === "checked") return this.masking.covers(element) ? null : value;
    if (tag === "option" && name === "selected") return this.selected(element, value);
    if (tag === "meta" && (name === "content" || name === "http-equiv")) return metaAttribute(element, name, value);
    if (tag === "object" && name === "data") return null;
    return name === "content" ? this.masking.label(value, element) : value;
  }

  private selected(option: Element, value: string): string | null {
    const select = option.closest("select");
    return select && this.masking.masksValue(select) ? null : value;
  }

  private url(element: Element, name: string, value: string): string | null {
    const tag = element.localName;
    if (tag === "iframe" || tag === "embed") return origin(value, element.baseURI);
    if (LINKS.has(tag)) return this.link(element, value);
    if (value.startsWith("#")) return value;
    if (tag === "img" && this.masking.isTypedInto(element)) return null;
    if (value.startsWith("data:")) return this.dataUrl(value);
    const url = absolute(value, element.baseURI);
    const own = this.options.addresses.ofPage(url, element.baseURI);
    if (own !== null) return own;
    if (tag === "link") return this.sheet(element, url);
    if (name === "src" && tag === "input" && (element as HTMLInputElement).type !== "image") return url;
    if (tag !== "video" && tag !== "audio" && tag !== "source") this.options.uses(url, "any");
    else if (name === "poster") this.options.uses(url, "any");
    return url;
  }

  private link(element: Element, value: string): string {
    if (value.startsWith("#")) return this.options.addresses.link(value);
    const url = absolute(value, element.baseURI);
    if (this.masking.masksText(element) || !/^https?:|^mailto:|^tel:/.test(url)) return "#";
    return this.options.addresses.link(url);
  }

  private sheet(element: Element, url: string): string | null {
    if (!/\bstylesheet\b/i.test(element.getAttribute("rel") ?? "")) return null;
    this.options.uses(url, "css");
    return url;
  }

  private css(text: string, base: string): string {
    return absoluteCss(text, base, (url) => {
      const own = this.options.addresses.ofPage(url, base);
      if (own !== null) return own;
      if (url.startsWith("data:")) return this.dataUrl(url);
      this.options.uses(url, "any");
      return url;
    });
  }

  private dataUrl(url: string): string {
    if (url.length <= LONG_DATA_URL) return url;
    const name = sha256Hex(url);
    this.options.keepsData(name, url);
    return `asset:${name}`;
  }

  private kept(parent: Node): Node[] {
    const nodes: Node[] = [];
    for (let node = parent.firstChild; node; node = node.nextSibling)
      if (isRepresented(node) && !this.options.ignores(node)) nodes.push(node);
    return nodes;
  }
}

export function frameDocument(frame: Element): Document[] {
  try {
    const inner = (frame as HTMLIFrameElement).contentDocument;
    return inner ? [inner] : [];
  } catch {
    return [];
  }
}

function isRepresented(node: Node): boolean {
  return node.nodeType !== 7;
}

function absolute(value: string, base: string): string {
  try {
    return new URL(value, base).href;
  } catch {
    return value;
  }
}

function origin(value: string, base: string): string | null {
  try {
    return new URL(value, base).origin;
  } catch {
    return null;
  }
}

function layoutOnly(element: Element): Attributes {
  const read: Attributes = {};
  for (const name of ["id", "class", "style"]) {
    const value = element.getAttribute(name);
    if (value !== null && !/url\(/i.test(value)) read[name] = value;
  }
  return read;
}

function metaAttribute(element: Element, name: string, value: string): string | null {
  return name === "content" && KEPT_META.has(element.getAttribute("name") ?? "") ? value : null;
}

export function topLayer(element: Element): "modal" | "popover" | null {
  if (element.localName === "dialog" && element.matches(":modal")) return "modal";
  if (element.hasAttribute("popover") && element.matches(":popover-open")) return "popover";
  return null;
}

function addAdopted(root: Document | ShadowRoot, extra: Extra): void {
  const sheets = root.adoptedStyleSheets ?? [];
  if (sheets.length) extra.adopted = sheets.map(rulesOf);
}
