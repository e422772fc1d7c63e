/** What a page stream says: one operation a line, each line a JSON array `[name, t, …]` (docs/protocol.md). */

import type { Viewport } from "./seam";

export enum NODE {
  ELEMENT = 1,
  TEXT = 3,
  CDATA = 4,
  COMMENT = 8,
  DOCUMENT = 9,
  DOCTYPE = 10,
  SHADOW = 11,
}

export type Attributes = Record<string, string>;

export interface Extra {
  /** Namespace, when it is not HTML. */
  ns?: "svg" | "math";
  /** Document only: quirks mode. */
  quirks?: 1;
  /** Style rules of a `style` or `link` element that a script has written. */
  rules?: string[];
  /** Rules of each adopted style sheet of a document or shadow root. */
  adopted?: string[][];
  /** Width and height of an element whose content is blocked, CSS pixels. */
  block?: [number, number];
  /** Kept in the top layer by script: a modal dialog, an open popover, or what fills the screen. */
  top?: "modal" | "popover" | "fullscreen";
  /** Of what is in the top layer: higher is above. */
  order?: number;
  /** Top document only: what media queries say of the visitor's machine, where that is not usual. */
  media?: Media;
  /** Shadow root only: a script says what is in its slots. */
  manual?: 1;
  /** What it has put into this slot: positions among the children of the host, its shadow root not counted. */
  slotted?: number[];
  /** The picture that the browser has chosen for an `img`. */
  shown?: string;
  /** States that don't follow from the tree, by the names of their pseudo-classes; `state-NAME` is one of the element's own. */
  states?: string;
  /** What can't be read, its width, height and display. */
  gap?: [GapReason, number, number, string];
}

/** Attributes that would run as a script; a few words begin like them. */
export function isHandler(attribute: string): boolean {
  return attribute.startsWith("on") && !/^on(|e|ce|ly|line|[a-z]*-.*)$/.test(attribute);
}

/** By feature, the values that hold; `type` is the media type. */
export type Media = Record<string, string>;
export type GapReason = "frame" | "shadow" | "canvas" | "plugin";

export type DocumentNode = [9, number, Node[], Extra?];
export type DoctypeNode = [10, number, string, string, string];
export type ElementNode = [1, number, string, Attributes, Node[], Extra?];
export type TextNode = [3 | 4 | 8, number, string];
/** A shadow root is the first child of its host. */
export type ShadowNode = [11, number, Node[], Extra?];
export type Node = DocumentNode | DoctypeNode | ElementNode | TextNode | ShadowNode;

/** A box that a script has set to neither is 2. */
export type Checked = 0 | 1 | 2;

/**
 * A node as snapshots and the shelf have it, without an id: both sides number them in pre-order, from 1. A text is
 * itself, a number stands for a subtree on the shelf.
 */
export type BareNode =
  | string
  | number
  | [9 | 11, BareNode[], Extra?]
  | [1, string, Attributes, BareNode[], Extra?]
  | [10, string, string, string]
  | [4 | 8, string];

/** A subtree that the tenant's store has, by its digest. */
export type StoredNode = [sha256: string];

export function isStored(node: BareNode | StoredNode): node is StoredNode {
  return Array.isArray(node) && typeof node[0] === "string";
}

export interface Volatile {
  scroll?: [id: number, x: number, y: number][];
  values?: [id: number, text: string, checked: Checked][];
  media?: [id: number, paused: 0 | 1, time: number][];
  canvas?: [id: number, sha256: string][];
  focus?: number;
  /** What the pointer is on. */
  hover?: number;
  /** Only where the focus has no ring. */
  ring?: 0;
}

export interface Mutation {
  /** Removed: parent, node. */
  r?: [number, number][];
  /** Added: parent, next sibling or 0, new node; or the id of a node of that parent that moves. */
  a?: [number, number, Node | number][];
  /** Texts. */
  t?: [number, string][];
  /** Attributes: null removes. */
  s?: [number, Record<string, string | null>][];
  /** Extras that changed: replaces the whole extra of a node. */
  e?: [number, Extra][];
}

/**
 * As it is sent: what concerns one place is together, new nodes have no ids, and each id in `t`, `s` and a group of `r`
 * is the difference to the one before it.
 */
export interface SentMutation extends Omit<Mutation, "r" | "a"> {
  r?: [parent: number, ...gone: number[]][];
  a?: [parent: number, next: number, ...nodes: (BareNode | number)[]][];
}

export type ClickKind =
  | "mousedown"
  | "mouseup"
  | "click"
  | "contextmenu"
  | "dblclick"
  | "focus"
  | "blur"
  | "touchstart"
  | "touchend";

/** From an offset in one node to one in another; in a field, whose id stands twice, offsets in its value. */
export type Span = [startId: number, startOffset: number, endId: number, endOffset: number];

/** A highlight of the page's scripts; `type` is `highlight`, `spelling-error` or `grammar-error`. */
export type Highlighted = [name: string, priority: number, type: HighlightType, spans: Span[]];

/** How much two fingers have enlarged the page, and where what is seen of it begins, in CSS pixels of the viewport. */
export type Enlarged = [scale: number, x: number, y: number] | [];

export type PointerAt = [dt: number, x: number, y: number, id: number];
/** As it is sent: a position, then how each further one on the same node differs from that before in `dt`, x and y. */
export type PointerPath = [dt: number, x: number, y: number, id: number, ...further: number[]];

/**
 * An animation where it stands: one of styles by its name, one that a script has made of keyframes, or one of SVG: the
 * outermost `svg` says what time it is there, and an element that something has set going since when it runs.
 */
export interface Motion {
  key: number;
  id: number;
  /** `::before` or the like. */
  pseudo: string;
  name: string;
  state: string;
  rate: number;
  /** ms since its beginning. */
  time: number;
  keyframes?: Record<string, unknown>[];
  timing?: Record<string, unknown>;
  /** Of SVG. */
  svg?: 1;
}

/** What could not be read, why, and of a picture its width and height, 0 where the visitor does not see it either. */
export type Unread = [what: string, reason: string, width?: number, height?: number];

export type Operation =
  // The edition of the shelf that it refers to; a tree whose nodes have ids refers to none.
  | ["snapshot", number, DocumentNode | BareNode, Volatile, Viewport, number?]
  // Subtrees from the number `first` on, each of which may refer to those before it.
  | ["shelf", number, edition: number, first: number, (BareNode | StoredNode)[]]
  | ["mutation", number, Mutation]
  | ["scroll", number, number, number, number]
  | ["input", number, number, string, Checked]
  | ["pointer", number, PointerAt[]]
  | ["click", number, ClickKind, number, number, number]
  | ["script_error", number]
  | ["selection", number, Span[]]
  | ["highlight", number, Highlighted[]]
  | ["pinch", number, Enlarged]
  | ["media", number, number, { paused: 0 | 1; time: number; rate?: number; volume?: number; muted?: 0 | 1 }]
  | ["rule", number, number, number, string | null]
  | ["canvas", number, number, string]
  | ["assets", number, Record<string, string>]
  | ["unread", number, Unread[]]
  | ["viewport", number, Viewport]
  | ["motion", number, Motion[], number[]]
  | ["checkpoint", number, string];

/** As it is sent. */
export type SentOperation =
  | Operation
  | ["mutation", number, SentMutation, first: number]
  | ["pointer", number, PointerPath[]];

const NAMES = new Set(
  "snapshot shelf mutation scroll input pointer click script_error selection highlight pinch media rule canvas assets unread viewport motion checkpoint".split(
    " ",
  ),
);

const LARGEST_NUMBER = 1e12;
const DIGEST = /^[0-9a-f]{64}$/;
/** Of a canvas: the digest of a picture, or of one onto which another is put, and where. */
export const PICTURE = /^[0-9a-f]{64}( [0-9a-f]{64} \d{1,5} \d{1,5})?$/;

/** The reason of an `unread` whose URL is that of the page itself, which can't be sent at all. */
export const PAGE_TOO_LARGE = "page_too_large";

export class BadOperation extends Error {}

export function formatOperation(operation: SentOperation): string {
  return `${JSON.stringify(operation)}\n`;
}

/** Throws BadOperation for a line that is no operation of this protocol. */
export function parseOperation(line: string): Operation {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadOperation("a line of the page stream is not JSON");
  }
  if (!Array.isArray(value) || !NAMES.has(value[0]) || !isNumber(value[1]) || !isWellFormed(value)) {
    throw new BadOperation("a line of the page stream is no known operation");
  }
  return value as Operation;
}

/** What is drawn, loaded or shown as text without a tree that could refuse it; numbers stay numbers when multiplied. */
function isWellFormed([name, , ...rest]: unknown[]): boolean {
  const [first, second] = rest;
  switch (name) {
    case "pointer":
      return Array.isArray(first) && first.every(isPath);
    case "click":
      return typeof first === "string" && areNumbers(rest.slice(1), 3);
    case "scroll":
      return areNumbers(rest, 3);
    case "shelf":
      return areNumbers(rest.slice(0, 2), 2) && Array.isArray(rest[2]);
    case "motion":
      return Array.isArray(first) && Array.isArray(second);
    case "input":
      return isNumber(first) && typeof second === "string";
    case "assets":
      return isObject(first) && Object.values(first).every((sha256) => DIGEST.test(String(sha256)));
    case "canvas":
      return isNumber(first) && PICTURE.test(String(second));
    case "unread":
      return (
        Array.isArray(first) &&
        first.every((one) => Array.isArray(one) && one.every((part) => isText(part) || isNumber(part)))
      );
    case "script_error":
      return !rest.length;
    case "selection":
      return areSpans(first);
    case "pinch":
      return areNumbers(first, 0) || areNumbers(first, 3);
    case "highlight":
      return Array.isArray(first) && first.every((one) => Array.isArray(one) && isNumber(one[1]) && areSpans(one[3]));
    case "snapshot":
      return isObject(second) && isViewport(rest[2]);
    case "mutation":
      return isObject(first) && (second === undefined || isNumber(second));
    default:
      return name !== "viewport" || isViewport(first);
  }
}

function areSpans(value: unknown): boolean {
  return Array.isArray(value) && value.every((span) => areNumbers(span, 4));
}

function isPath(value: unknown): boolean {
  const { length } = (value ?? []) as unknown[];
  return areNumbers(value, length) && length > 3 && length % 3 === 1;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isViewport(value: unknown): boolean {
  const { width, height } = (value ?? {}) as Partial<Viewport>;
  return isNumber(width) && isNumber(height);
}

function areNumbers(values: unknown, count: number): boolean {
  return Array.isArray(values) && values.length === count && values.every(isNumber);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) < LARGEST_NUMBER;
}
