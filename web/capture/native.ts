/** Pages that are not HTML become page trees by the tenant's mapping; assist/capture/native.py does the same. */

import { type DocumentNode, type ElementNode, type Mutation, NODE, type Node } from "../protocol/operations";
import { SECRET_NAME } from "../protocol/secrets";
import { childrenOf } from "../protocol/tree";
import { bullets } from "./masking";
import { holdsCard } from "./personal";

export interface NativeNode {
  tag: string;
  attributes?: Record<string, unknown>;
  text?: string;
  rect: [number, number, number, number];
  children?: NativeNode[];
  z?: number;
  states?: string[];
}

interface Shape {
  element?: string;
  role?: string;
  attributes?: Record<string, string>;
  style?: Record<string, string>;
  text?: string;
  children?: Shape[];
  input?: boolean;
  allow?: boolean;
}

interface Rule extends Shape {
  match: { tag: string; attributes?: Record<string, string>; states?: string[] };
}

export interface Mapping {
  version: 1;
  pages?: string[];
  variables?: Record<string, string>;
  rules: Rule[];
  fallback?: Shape;
}

type Values = Record<string, string>;

const MAX_NODES = 20_000;
const MAX_DEPTH = 100;
const MAX_TEXT = 10_000;
const BODY_STYLE = "margin:0;position:relative;overflow:hidden;font-family:sans-serif";
const FALLBACK: Shape = { element: "div", style: { outline: "1px dashed #8888", color: "#666", "font-size": "12px" } };
const INPUT_TAG = /input|field|edit|entry|password|textbox|textarea|search|combo|spin|picker|autocomplete|secure|otp/i;
const ENTERED = ["value", "text", "content", "placeholder_value"];
const VARIABLE = /\{\{([A-Za-z0-9_-]+)(?:\|([^}]*))?\}\}/g;
const UNSAFE_STYLE = /[;{}<>\\]|url\(|expression|@import/i;

/** The page information is no tree of tags, or larger than the limits. */
export class BadNativePage extends Error {}

/** The first mapping by name that is for this page; without one, labelled boxes. */
export function chooseMapping(mappings: Record<string, unknown>, pageId: string): Mapping {
  for (const name of Object.keys(mappings).sort()) {
    const mapping = mappings[name] as Mapping;
    if ((mapping.pages ?? ["*"]).some((pattern) => globs(pattern, pageId))) return mapping;
  }
  return { version: 1, rules: [] };
}

/** The page tree of a native page, ids in pre-order from 1, every text as `hides` lets it be; throws BadNativePage. */
export function pageTree(
  root: unknown,
  mapping: Mapping,
  title = "",
  hides: (text: string) => string = String,
): DocumentNode {
  return new TreeBuilder(mapping, hides).document(root, hides(title));
}

class TreeBuilder {
  private count = 0;
  private nextId = 1;

  constructor(
    private readonly mapping: Mapping,
    private readonly hides: (text: string) => string,
  ) {}

  document(root: unknown, title: string): DocumentNode {
    const document: DocumentNode = [9, this.nextId++, []];
    document[2].push([10, this.nextId++, "html", "", ""]);
    const html: ElementNode = [1, this.nextId++, "html", {}, []];
    document[2].push(html);
    html[4].push(this.head(title));
    const body: ElementNode = [1, this.nextId++, "body", { style: BODY_STYLE }, []];
    html[4].push(body);
    body[4].push(this.node(root, 1));
    return document;
  }

  private head(title: string): ElementNode {
    const head: ElementNode = [1, this.nextId++, "head", {}, []];
    const named: ElementNode = [1, this.nextId++, "title", {}, []];
    if (title) named[4].push([3, this.nextId++, title]);
    head[4].push(named);
    return head;
  }

  private node(given: unknown, depth: number): ElementNode {
    if (++this.count > MAX_NODES) throw new BadNativePage(`A native page has at most ${MAX_NODES} nodes.`);
    check(given, depth);
    const rule = this.ruleFor(given);
    const values = valuesOf(given, rule);
    for (const [name, value] of Object.entries(values)) values[name] = this.hides(value);
    return this.shape(rule, given, values, geometry(given), depth);
  }

  private shape(shape: Shape, given: NativeNode | null, values: Values, look: string, depth: number): ElementNode {
    const element = shape.element ?? "div";
    const id = this.nextId++;
    const style = look + this.style(shape.style ?? {}, values);
    const node: ElementNode = [1, id, element, this.attributes(shape, values, style), []];
    const text = this.fill(shape.text ?? (given ? "{{text}}" : ""), values);
    if (element === "input") node[3].value = text || (node[3].value ?? "");
    else if (text) node[4].push([3, this.nextId++, text]);
    for (const child of shape.children ?? []) node[4].push(this.shape(child, null, values, "", depth + 1));
    for (const inner of given?.children ?? []) node[4].push(this.node(inner, depth + 1));
    return node;
  }

  private attributes(shape: Shape, values: Values, style: string): Values {
    const found: Values = {};
    for (const [name, template] of Object.entries(shape.attributes ?? {})) found[name] = this.fill(template, values);
    if (shape.role) found.role = shape.role;
    if (style) found.style = style;
    return found;
  }

  private style(style: Record<string, string>, values: Values): string {
    return Object.entries(style)
      .map(([name, template]) => [name, this.fill(template, values)] as const)
      .filter(([, value]) => value && !UNSAFE_STYLE.test(value))
      .map(([name, value]) => `${name}:${value};`)
      .join("");
  }

  private fill(template: string, values: Values): string {
    return template.replace(VARIABLE, (_whole, name: string, otherwise?: string) => {
      return values[name] || (otherwise ?? this.mapping.variables?.[name] ?? "");
    });
  }

  private ruleFor(given: NativeNode): Shape {
    const rule = this.mapping.rules.find(({ match }) => matches(given, match));
    return rule ?? this.mapping.fallback ?? { ...FALLBACK, text: `{{text|${given.tag}}}` };
  }
}

/** What makes `before` into `after`; kept nodes keep their ids, new ones get ids from `nextId` on. */
export function difference(before: Node, after: Node, nextId: number): Mutation | null {
  const change = new Change(nextId);
  change.merge(before, after);
  return Object.keys(change.mutation).length ? change.mutation : null;
}

class Change {
  readonly mutation: Mutation = {};

  constructor(private nextId: number) {}

  merge(old: Node, now: Node): void {
    if (old[0] === NODE.TEXT) {
      if (old[2] !== now[2]) (this.mutation.t ??= []).push([old[1], now[2] as string]);
      return;
    }
    if (old[0] === NODE.ELEMENT) this.attributes(old, now as ElementNode);
    this.children(old, now);
  }

  private attributes(old: ElementNode, now: ElementNode): void {
    const changes: Record<string, string | null> = {};
    for (const [name, value] of Object.entries(now[3])) if (old[3][name] !== value) changes[name] = value;
    for (const name of Object.keys(old[3])) if (!(name in now[3])) changes[name] = null;
    if (Object.keys(changes).length) (this.mutation.s ??= []).push([old[1], changes]);
  }

  private children(old: Node, now: Node): void {
    const [were, are] = [childrenOf(old) ?? [], childrenOf(now) ?? []];
    are.forEach((child, at) => {
      const known = were[at];
      if (known && alike(known, child)) return this.merge(known, child);
      if (known) (this.mutation.r ??= []).push([old[1], known[1]]);
      const following = were.find((kept, i) => i > at && i < are.length && alike(kept, are[i]!));
      (this.mutation.a ??= []).push([old[1], following?.[1] ?? 0, this.fresh(child)]);
    });
    for (const gone of were.slice(are.length)) (this.mutation.r ??= []).push([old[1], gone[1]]);
  }

  private fresh(node: Node): Node {
    const copy = [...node] as Node;
    copy[1] = this.nextId++;
    if (copy[0] === NODE.ELEMENT) copy[4] = copy[4].map((child) => this.fresh(child));
    return copy;
  }
}

function alike(a: Node, b: Node): boolean {
  return a[0] === b[0] && (a[0] !== NODE.ELEMENT || a[2] === b[2]);
}

function check(given: unknown, depth: number): asserts given is NativeNode {
  const node = given as NativeNode | null;
  if (typeof node !== "object" || node === null || typeof node.tag !== "string") {
    throw new BadNativePage("Each node of a native page is an object with a tag.");
  }
  if (depth > MAX_DEPTH) throw new BadNativePage(`A native page is at most ${MAX_DEPTH} nodes deep.`);
  if (!Array.isArray(node.rect) || node.rect.length !== 4 || !node.rect.every(isNumber)) {
    throw new BadNativePage("The rect of a node is [x, y, width, height] in numbers.");
  }
  if (!Array.isArray(node.children ?? []) || typeof (node.attributes ?? {}) !== "object") {
    throw new BadNativePage("The children of a node are a list, its attributes an object.");
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) < 1e7;
}

function matches(given: NativeNode, match: Rule["match"]): boolean {
  return (
    globs(match.tag, given.tag) &&
    Object.entries(match.attributes ?? {}).every(([name, pattern]) =>
      globs(pattern, textOf(given.attributes?.[name])),
    ) &&
    (match.states ?? []).every((state) => given.states?.includes(state))
  );
}

function globs(pattern: string, text: string): boolean {
  const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`, "s").test(text);
}

/** What variables stand for: attributes, text and tag; what people entered is masked unless allowed. */
function valuesOf(given: NativeNode, rule: Shape): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(given.attributes ?? {})) values[name] = textOf(value);
  values.text = textOf(given.text);
  values.tag = given.tag;
  if (!rule.input && !INPUT_TAG.test(given.tag)) return values;
  const names = ["name", "id", "type"].map((name) => values[name] ?? "").join(" ");
  const secret = SECRET_NAME.test(names) || given.tag.toLowerCase().includes("password");
  for (const name of ENTERED) {
    const value = values[name];
    if (value !== undefined && (secret || !rule.allow || holdsCard(value))) values[name] = bullets(value);
  }
  return values;
}

function textOf(value: unknown): string {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return rounded(value);
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : "";
}

function rounded(value: number): string {
  return String(Math.floor(value * 100 + 0.5) / 100);
}

function geometry({ rect, z }: NativeNode): string {
  const [x, y, width, height] = rect.map(rounded);
  const look = `position:absolute;box-sizing:border-box;left:${x}px;top:${y}px;width:${width}px;height:${height}px;`;
  return look + (isNumber(z) ? `z-index:${Math.trunc(z)};` : "");
}
