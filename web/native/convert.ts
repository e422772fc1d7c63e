/** Pages that are not HTML become page trees by the tenant's mapping; clients/python does the same. */

import { globs } from "../capture/globs";
import type { DocumentNode, ElementNode } from "../protocol/operations";
import { BadNativePage, checkNode, isNumber, MAX_NODES, type NativeNode, rounded, textOf } from "./page";
import { Cover, coversOf, isField, type Sight, type Values, valuesOf } from "./values";

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

/** As it comes through the channel: what it extends has been put in. */
export interface Mapping {
  version: 1;
  pages?: string[];
  variables?: Record<string, string>;
  rules: Rule[];
  fallback?: Shape;
}

/** Of the page tree that is made, whatever a mapping makes of a node. */
const MAX_BUILT = 100_000;
const MAX_LENGTH = 8_000_000;
const BODY_STYLE = "margin:0;position:relative;overflow:hidden;font-family:sans-serif";
const PICTURE_STYLE = "position:absolute;left:0;top:0;width:100%;height:100%;object-fit:contain;";
const FALLBACK: Shape = { element: "div", style: { outline: "1px dashed #8888", color: "#666", "font-size": "12px" } };
const VARIABLE = /\{\{([A-Za-z0-9_-]+)(?:\|([^}]*))?\}\}/g;
const UNSAFE_STYLE = /[;{}<>\\]|\/\*|url\(|image-set\(|src\(|expression|@import/i;

/** The first mapping by name that is for this page; without one, labelled boxes. */
export function chooseMapping(mappings: Record<string, unknown>, pageId: string): Mapping {
  for (const name of Object.keys(mappings).sort()) {
    const mapping = mappings[name] as Mapping;
    if ((mapping.pages ?? ["*"]).some((pattern) => globs(pattern, pageId))) return mapping;
  }
  return { version: 1, rules: [] };
}

/** The page tree of a native page, ids in pre-order from 1, every text as `hides` lets it be; throws BadNativePage. */
export function pageTree(root: unknown, mapping: Mapping, title: string, sight: Sight): DocumentNode {
  return new TreeBuilder(mapping, sight).document(root, sight.hides(textOf(title)));
}

class TreeBuilder {
  private count = 0;
  private nextId = 1;
  private length = 0;

  constructor(
    private readonly mapping: Mapping,
    private readonly sight: Sight,
  ) {}

  document(root: unknown, title: string): DocumentNode {
    const document: DocumentNode = [9, this.id(), []];
    document[2].push([10, this.id(), "html", "", ""]);
    const html: ElementNode = [1, this.id(), "html", {}, []];
    document[2].push(html);
    html[4].push(this.head(title));
    const body: ElementNode = [1, this.id(), "body", { style: BODY_STYLE }, []];
    html[4].push(body);
    body[4].push(this.node(root, 1, Cover.OPEN));
    return document;
  }

  private head(title: string): ElementNode {
    const head: ElementNode = [1, this.id(), "head", {}, []];
    const named: ElementNode = [1, this.id(), "title", {}, []];
    head[4].push(named);
    this.text(named, title);
    return head;
  }

  private id(): number {
    if (this.nextId > MAX_BUILT) throw new BadNativePage(`A native page becomes at most ${MAX_BUILT} nodes.`);
    return this.nextId++;
  }

  private node(given: unknown, depth: number, around: Cover): ElementNode {
    if (++this.count > MAX_NODES) throw new BadNativePage(`A native page has at most ${MAX_NODES} nodes.`);
    checkNode(given, depth);
    const rule = this.ruleFor(given);
    const { own, inner } = coversOf(given, rule, around);
    const values = valuesOf(given, isField(given, rule), own, this.sight);
    const built = this.element(rule, values, geometry(given));
    this.text(built, this.fill(rule.text ?? "{{text}}", values) || (rule === FALLBACK ? values.tag! : ""));
    if (given.image && own === Cover.OPEN) this.picture(built, given.image);
    for (const child of rule.children ?? []) built[4].push(this.shape(child, values));
    for (const child of given.children ?? []) built[4].push(this.node(child, depth + 1, inner));
    return built;
  }

  private shape(shape: Shape, values: Values): ElementNode {
    const built = this.element(shape, values, "");
    this.text(built, this.fill(shape.text ?? "", values));
    for (const child of shape.children ?? []) built[4].push(this.shape(child, values));
    return built;
  }

  private element(shape: Shape, values: Values, look: string): ElementNode {
    const id = this.id();
    const style = look + this.style(shape.style ?? {}, values);
    return [1, id, shape.element ?? "div", this.attributes(shape, values, style), []];
  }

  private text(element: ElementNode, text: string): void {
    if (element[2] === "input") element[3].value = text || (element[3].value ?? "");
    else if (text && element[2] !== "img") element[4].push([3, this.id(), text]);
  }

  private picture(element: ElementNode, sha256: string): void {
    this.sight.shows?.(sha256);
    if (element[2] === "img") element[3].src = `asset:${sha256}`;
    else element[4].push([1, this.id(), "img", { src: `asset:${sha256}`, style: PICTURE_STYLE }, []]);
  }

  private attributes(shape: Shape, values: Values, style: string): Record<string, string> {
    const found: Record<string, string> = {};
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
    const { variables = {} } = this.mapping;
    const filled = template.replace(VARIABLE, (_whole, name: string, otherwise?: string) => {
      return values[name] || (otherwise ?? (Object.hasOwn(variables, name) ? variables[name]! : ""));
    });
    this.length += filled.length;
    if (this.length > MAX_LENGTH) throw new BadNativePage(`A native page becomes at most ${MAX_LENGTH} characters.`);
    return filled;
  }

  private ruleFor(given: NativeNode): Shape {
    return this.mapping.rules.find(({ match }) => matches(given, match)) ?? this.mapping.fallback ?? FALLBACK;
  }
}

function matches(given: NativeNode, match: Rule["match"]): boolean {
  return (
    globs(match.tag, given.tag) &&
    Object.entries(match.attributes ?? {}).every(([name, pattern]) => globs(pattern, attributeOf(given, name))) &&
    (match.states ?? []).every((state) => given.states?.includes(state))
  );
}

function attributeOf({ attributes }: NativeNode, name: string): string {
  return attributes && Object.hasOwn(attributes, name) ? textOf(attributes[name]) : "";
}

function geometry({ rect, z }: NativeNode): string {
  const [x, y, width, height] = rect.map(rounded);
  const look = `position:absolute;box-sizing:border-box;left:${x}px;top:${y}px;width:${width}px;height:${height}px;`;
  return look + (isNumber(z) ? `z-index:${Math.trunc(z)};` : "");
}
