/** Reads the visitor's DOM: what of a node goes into the page tree, already masked. */

import { absoluteSrcset, replaceUrls } from "../protocol/css";
import { type Attributes, type Extra, isHandler, NODE } from "../protocol/operations";
import { sha256Hex } from "../protocol/sha256";
import type { Addresses } from "./addresses";
import { isFramework, isGeometry, isLabel, isPlain } from "./attributes";
import { isCustomField } from "./entered";
import { learnFaces } from "./faces";
import { gapOf, isFrame, isPicture } from "./gaps";
import { affectedBy, hiddenInLine } from "./line";
import type { Masking } from "./masking";
import { visitorMedia } from "./media";
import { frameDocument } from "./nodes";
import { adoptedRules, scriptedRules } from "./rules";
import { isManual, slottedInto } from "./slots";
import { learnStates, statesOf } from "./states";
import { withLengths, withoutContent, withSaid, withStrings } from "./style_texts";
import { noteMoving } from "./svg_clocks";
import { orderOf, topLayer } from "./top_layer";
import { absolute, baseOf, baseOfStyles, origin, partOf } from "./urls";

const HTML = "http://www.w3.org/1999/xhtml";
const SVG = "http://www.w3.org/2000/svg";
const URL_ATTRIBUTES = new Set(["href", "src", "poster", "xlink:href", "background"]);
/** They lead somewhere; with others something is loaded. */
const LINKS = new Set(["a", "area", "base"]);
const FRAMES = new Set(["iframe", "frame", "embed", "portal", "fencedframe"]);
/** Of what they load nothing is shown, or what is in them shows it. */
const UNSHOWN = /-|^(video|audio|source|track)$/;
/** They would act, or tell more than is seen. */
const DROPPED = new Set([
  "nonce",
  "integrity",
  "srcdoc",
  "action",
  "formaction",
  "pattern", // scripts make it of what is entered in another field
  "ping",
  "data-alongside",
  "autofocus",
]);
const KEPT_META = new Set(["viewport", "color-scheme", "theme-color", "darkreader-lock"]);
const EMPTY_TAGS = new Set(["script", "noscript", "template", "embed"]);
const LONG_DATA_URL = 1024;
/** What a drawing refers to with `url()`. */
const PAINTS = /^(fill|stroke|filter|mask|clip-path|cursor|marker)/;

/** `name` is what stands for the URL in the tree. */
export type AssetUse = (url: string, kind: "css" | "any", name: string) => void;

export interface ReaderOptions {
  addresses: Addresses;
  ignores: (node: Node) => boolean;
  uses: AssetUse;
  keepsData: (sha256: string, dataUrl: string) => void;
  /** Something stands for the element that has its size. */
  measures: (element: Element) => void;
  /** Something that can't be read at all, and why. */
  misses: (what: string, reason: string) => void;
  /** Whether the frame may still say itself what is in it. */
  awaits: (frame: Element) => boolean;
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
    if (isFrame(element)) return frameDocument(element);
    if (isPicture(element) || this.masking.hidesChoice(element)) return [];
    return element.shadowRoot ? [element.shadowRoot, ...this.kept(node)] : this.kept(node);
  }

  text(node: Node): string {
    const text = node.nodeValue ?? "";
    const parent = node.parentElement ?? (node.parentNode as Partial<ShadowRoot> | null)?.host;
    if (!parent || node.nodeType === NODE.COMMENT) return node.nodeType === NODE.COMMENT ? "" : text;
    if (parent.localName === "style") return this.sheet(text, parent);
    const shown = this.masking.text(text, parent);
    if (parent.localName === "title") return this.options.addresses.title(shown);
    return this.options.addresses.within(shown === text ? hiddenInLine(node, text, this.masking.data) : shown);
  }

  /** Texts whose masking this change may have changed: a number goes on in the next node. */
  affectedBy(record: MutationRecord): Node[] {
    return this.masking.data.size ? affectedBy(record) : [];
  }

  attributes(element: Element): Attributes {
    const read: Attributes = {};
    if (element.localName === "script") return read;
    if (this.masking.blocks(element)) return this.layoutOnly(element);
    for (const name of element.getAttributeNames()) {
      const kept = this.attribute(element, name, element.getAttribute(name)!);
      if (kept !== null) read[name] = kept;
    }
    return read;
  }

  extra(node: Node): Extra | undefined {
    const extra: Extra = {};
    if (node.nodeType === NODE.DOCUMENT && (node as Document).compatMode === "BackCompat") extra.quirks = 1;
    if (node.nodeType === NODE.ELEMENT) this.elementExtra(node as Element, extra);
    else this.rootExtra(node as Document | ShadowRoot, extra);
    return Object.keys(extra).length ? extra : undefined;
  }

  private elementExtra(element: Element, extra: Extra): void {
    noteMoving(element);
    if (element.namespaceURI === SVG) extra.ns = "svg";
    else if (element.namespaceURI?.endsWith("MathML")) extra.ns = "math";
    if (this.masking.blocks(element) || (element.localName === "img" && this.masking.hidesPictures(element))) {
      const { width, height } = element.getBoundingClientRect();
      extra.block = [Math.round(width), Math.round(height)];
      this.options.measures(element);
    } else this.shownExtra(element, extra);
    const rules = scriptedRules(element);
    if (rules) extra.rules = rules.map((rule) => this.sheet(rule, element));
    const slotted = slottedInto(element);
    if (slotted.length) extra.slotted = slotted;
    const top = topLayer(element);
    if (top) Object.assign(extra, { top, order: orderOf(element) });
  }

  private shownExtra(element: Element, extra: Extra): void {
    this.gapExtra(element, extra);
    const states = this.masking.covers(element) ? "" : statesOf(element);
    if (states) extra.states = states;
    const shown = element.localName === "img" && !this.masking.isTypedInto(element) && chosenPicture(element);
    if (shown) extra.shown = this.loaded(shown);
  }

  private gapExtra(element: Element, extra: Extra): void {
    const gap = gapOf(element);
    if (!gap) return;
    extra.gap = gap;
    if (this.options.awaits(element)) return;
    const address = gap[0] === "frame" || gap[0] === "plugin" ? element.getAttribute("src") : null;
    this.options.misses((address && origin(address, element.baseURI)) || `<${element.localName}>`, gap[0]);
  }

  private rootExtra(root: Document | ShadowRoot, extra: Extra): void {
    const sheets = root.adoptedStyleSheets ?? [];
    const owner: Element | null = (root as ShadowRoot).host ?? (root as Document).documentElement;
    if (isManual(root)) extra.manual = 1;
    if (sheets.length)
      extra.adopted = sheets.map((sheet) => adoptedRules(sheet).map((rule) => this.sheet(rule, owner)));
    const media = (root as Document).defaultView === window ? visitorMedia() : {};
    if (Object.keys(media).length) extra.media = media;
  }

  private attribute(element: Element, name: string, value: string): string | null {
    if (DROPPED.has(name) || isHandler(name) || this.masking.hidesState(element, name)) return null;
    if (name === "style") return this.style(element, withLengths(value, element));
    if (name === "srcset" || name === "imagesrcset") return this.srcset(element, value);
    if (URL_ATTRIBUTES.has(name)) return this.url(element, name, value);
    if (element.namespaceURI === SVG && PAINTS.test(name) && value.includes("url("))
      return this.style(element, value, element.ownerDocument.URL);
    const plain = isLabel(name) ? this.masking.label(value, element, name) : this.fieldAttribute(element, name, value);
    return plain && this.options.addresses.within(plain);
  }

  private fieldAttribute(element: Element, name: string, value: string): string | null {
    const tag = element.localName;
    if (name === "value") {
      const isField = tag === "input" || isCustomField(element);
      return isField ? this.masking.value(value, element) : this.masking.label(value, element);
    }
    if (tag === "input" && name === "checked") return this.masking.covers(element) ? null : value;
    if (tag === "meta" && (name === "content" || name === "http-equiv")) return metaAttribute(element, name, value);
    if (tag === "object" && name === "data") return isPicture(element) ? this.url(element, name, value) : null;
    return this.other(element, name, value);
  }

  /** What is no label by its name may say something all the same. */
  private other(element: Element, name: string, value: string): string {
    const isDrawing = element.namespaceURI !== HTML && !isFramework(name);
    if (!value || (isDrawing && isGeometry(name))) return value;
    return isPlain(element, name) || (isDrawing && CSS.supports(name, "inherit"))
      ? this.masking.personalInAttribute(value)
      : this.masking.label(value, element, name);
  }

  private url(element: Element, name: string, value: string): string | null {
    const tag = element.localName;
    if (FRAMES.has(tag) && !isPicture(element)) return origin(value, element.baseURI);
    if (LINKS.has(tag)) return this.link(element, value);
    if (value.startsWith("#")) return this.options.addresses.link(value);
    const base = baseOf(element, value);
    const url = value.startsWith("data:") ? value : absolute(value, base);
    const fragment = partOf(element.ownerDocument.URL, url);
    if (fragment || (tag !== "link" && this.masking.hidesPictures(element))) return fragment;
    if (url.startsWith("data:")) return this.dataUrl(url);
    const own = this.options.addresses.ofPage(url, base);
    if (own !== null) return own;
    if (/^(tel|mailto|sms):/.test(url)) return this.options.addresses.link(url);
    if (tag === "link") return isSheet(element) ? this.use(url, "css") : null;
    if (tag === "img" && (chosenPicture(element) ?? url) !== url) return this.options.addresses.resource(url);
    const isShown = tag === "input" ? (element as HTMLInputElement).type === "image" : !UNSHOWN.test(tag);
    return isShown || name === "poster" ? this.use(url) : this.options.addresses.resource(url);
  }

  /** What is loaded goes by its address, but for parameters that are hidden. */
  private use(url: string, kind: "css" | "any" = "any"): string {
    const name = this.options.addresses.resource(url);
    this.options.uses(url, kind, name);
    return name;
  }

  private srcset(element: Element, value: string): string | null {
    if (this.masking.hidesPictures(element)) return null;
    return absoluteSrcset(value, baseOf(element, value), (url) => this.options.addresses.resource(url));
  }

  private link(element: Element, value: string): string {
    const url = value.startsWith("#") ? value : absolute(value, element.baseURI);
    if (this.masking.masksText(element) || !/^#|^https?:|^mailto:|^tel:/.test(url)) return "#";
    const shown = this.options.addresses.link(url);
    return shown === url ? this.options.addresses.link(value) : shown; // as rules ask for it
  }

  /** Pictures and words that a style gives to an element whose own are hidden are hidden as well. */
  private style(element: Element, value: string, base = baseOfStyles(element, value)): string {
    const told = this.masking.hidesPictures(element)
      ? withoutContent(value, base)
      : withSaid(value, (said) => this.masking.label(said, element));
    return this.css(told, base);
  }

  /** Of rules it can't be known what they are for, but those inside of what is masked. */
  private sheet(text: string, owner: Element | null): string {
    const base = owner ? baseOfStyles(owner, text) : document.baseURI;
    return this.css(owner && this.masking.covers(owner) ? withoutContent(text, base) : text, base);
  }

  private css(text: string, base: string): string {
    learnStates(text);
    learnFaces(text, base);
    const hide = (said: string): string => this.masking.personalInAttribute(said);
    const isTold = this.masking.passwords.areIn(text);
    const shown = isTold || this.masking.data.size ? withStrings(isTold ? withSaid(text, hide) : text, hide) : text;
    return replaceUrls(shown, base, ({ url, imports }) => {
      const own = this.options.addresses.ofPage(url, base);
      return own ?? this.loaded(url, imports ? "css" : "any");
    });
  }

  /** Of what is blocked. */
  private layoutOnly(element: Element): Attributes {
    const read: Attributes = {};
    for (const name of ["id", "class", "style"]) {
      const value = element.getAttribute(name);
      if (value !== null) read[name] = this.attribute(element, name, value)!;
    }
    return read;
  }

  private loaded(url: string, kind: "css" | "any" = "any"): string {
    return url.startsWith("data:") ? this.dataUrl(url) : this.use(url, kind);
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
      if (node.nodeType !== Node.PROCESSING_INSTRUCTION_NODE && !this.options.ignores(node)) nodes.push(node);
    return nodes;
  }
}

function isSheet(link: Element): boolean {
  return /\bstylesheet\b/i.test(link.getAttribute("rel") ?? "");
}

function metaAttribute(element: Element, name: string, value: string): string | null {
  return name === "content" && KEPT_META.has(element.getAttribute("name") ?? "") ? value : null;
}

/** Of several, the one that the browser shows; null while there is none, or no choice. */
function chosenPicture(element: Element): string | null {
  const { currentSrc, srcset } = element as HTMLImageElement;
  return currentSrc && (srcset || element.parentElement?.localName === "picture") ? currentSrc : null;
}
