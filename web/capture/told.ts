/** What the capture code of a frame may say: anything else would harm the page around it, here or at the other side. */

import { type Extra, type Operation, PICTURE, type PointerPath, type Span } from "../protocol/operations";

/** What a frame tells is not as the protocol says, or too much. */
export class BadFrame extends Error {}

export function refuse(): never {
  throw new BadFrame();
}

/** The operation as it is sent, null where a node of it is not there any more. */
export type Told = (id: (node: Node) => number) => Operation | ["pointer", number, PointerPath[]] | null;
type Find = (id: unknown) => Node;

const DIGEST = /^[0-9a-f]{64}$/;
const CLICKS = /^((mouse|touch)(down|up|start|end)|click|contextmenu|dblclick)$/;
const LARGEST = 1e9;

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) < LARGEST;
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isDigest(value: unknown): value is string {
  return isText(value) && DIGEST.test(value);
}

/** Whether all of a list are. */
export function are(value: unknown, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

const isTexts = (value: unknown): boolean => are(value, isText);

const EXTRAS: Record<keyof Extra, (value: unknown) => boolean> = {
  ns: (value) => isText(value) && /^(svg|math)$/.test(value),
  quirks: isNumber,
  rules: isTexts,
  adopted: (value) => are(value, isTexts),
  block: (value) => are(value, isNumber),
  top: (value) => isText(value) && /^(modal|popover)$/.test(value),
  order: isNumber,
  media: () => false,
  manual: isNumber,
  slotted: (value) => are(value, isNumber),
  shown: isText,
  states: isText,
  gap: (value) => {
    const [reason, width, height, display] = value as unknown[];
    return isText(reason) && isNumber(width) && isNumber(height) && isText(display);
  },
};

/** What media queries say has the page around it said, and only that fills the screen: both are left out. */
export function checkedExtra(value: object): Extra {
  const extra: Record<string, unknown> = { ...value };
  for (const [name, one] of Object.entries(extra))
    if (name === "media" || one === "fullscreen") delete extra[name];
    else if (!Object.hasOwn(EXTRAS, name) || !EXTRAS[name as keyof Extra](one)) refuse();
  return extra;
}

/** By operation what follows its time: a node, and what is checked by its letter. */
const SHAPES = new Map(Object.entries({ scroll: "@nn", input: "@tn", canvas: "@p", media: "@m", click: "c@nn" }));
const CHECKS: Record<string, (value: unknown) => boolean> = {
  "@": () => true,
  n: isNumber,
  t: isText,
  p: (value) => isText(value) && PICTURE.test(value),
  c: (value) => isText(value) && CLICKS.test(value),
  m: (value) => Object.values(value as object).every(isNumber),
};

/** Null for what only the page as a whole says. Throws BadFrame. */
export function toldBy([name, at, ...rest]: unknown[], find: Find): Told | null {
  if (!Number.isFinite(at)) refuse();
  const time = Math.min(at as number, Date.now());
  if (name === "pointer") return pointer(time, rest[0], find);
  if (name === "selection") return selection(time, rest[0], find);
  const shape = SHAPES.get(String(name));
  return shape ? about(shape, [name, time, ...rest.slice(0, shape.length)], find) : null;
}

function about(shape: string, said: unknown[], find: Find): Told {
  const place = 2 + shape.indexOf("@");
  if (![...shape].every((kind, at) => CHECKS[kind]!(said[at + 2]))) refuse();
  const node = find(said[place]);
  return (id) =>
    id(node) ? ([...said.slice(0, place), id(node), ...said.slice(place + 1)] as unknown as Operation) : null;
}

function pointer(time: number, given: unknown, find: Find): Told {
  // One that is shorter has no place, which the other side takes for a stream that is broken.
  if (!are(given, (path) => are(path, isNumber) && (path as number[]).length % 3 === 1 && 3 in (path as object)))
    refuse();
  const paths = (given as PointerPath[]).map((path) => [path[3] ? find(path[3]) : null, path] as const);
  return (id) => {
    const said = paths.map(([on, [dt, x, y, , ...more]]): PointerPath => [dt, x, y, on ? id(on) : 0, ...more]);
    return ["pointer", time, said];
  };
}

function selection(time: number, given: unknown, find: Find): Told {
  if (!are(given, (span) => are(span, isNumber) && (span as Span).length === 4)) refuse();
  const spans = (given as Span[]).map(([start, from, end, to]) => [find(start), from, find(end), to] as const);
  return (id) => {
    const said = spans.map(([start, from, end, to]): Span => [id(start), from, id(end), to]);
    return said.every(([start, , end]) => start && end) ? ["selection", time, said] : null;
  };
}
