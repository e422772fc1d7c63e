/** The attributes of an element: what each is for, and what leads from one state of them to another. */

import type { Attributes } from "../protocol/operations";

/** They are read to people. */
const LABELS =
  /^(title|alt|alttext|download|cite|datetime|placeholder|label|summary|abbr|xlink:title|aria-(label|value\w+|(role)?description|placeholder|braille\w+|checked|selected)|data-.+)$/;
/** The platform's own, by the name of the element, in small letters; of all components together what any element has. */
const own = new Map<string, Set<string>>();
/** Of these no property of an element has the name. */
const NAMELESS = /^(aria-.*|xml.*|class|for|is|http-equiv|accept-charset|item\w+|exportparts)$/;

export function isLabel(name: string): boolean {
  return LABELS.test(name);
}

/** For browsers and style sheets: it says nothing of anybody, but that it may be named after somebody. */
export function isPlain(element: Element, name: string): boolean {
  return NAMELESS.test(name) || ownOf(element).has(name.toLowerCase());
}

function ownOf(element: Element): Set<string> {
  const isComponent = element.localName.includes("-");
  const key = isComponent ? "-" : element.localName;
  const known = own.get(key);
  if (known) return known;
  const names = new Set<string>();
  const prototype = Object.getPrototypeOf(isComponent ? document.documentElement : element); // scripts add to elements
  for (const name in prototype) names.add(name.toLowerCase());
  own.set(key, names);
  return names;
}

/** Rows of numbers of a drawing, among which a phone number would be found by chance. */
export function isGeometry(name: string): boolean {
  return /^(d|points|path|viewBox|values|[dc]?[xy]\d?|rotate|key\w+|tableValues|kernelMatrix|stroke-dasharray|\w*transform)$/i.test(
    name,
  );
}

/** Of a framework's template, as `:phone` or `@click`, which stays where nothing has replaced it. */
export function isFramework(name: string): boolean {
  return /^[^a-z]|^v-|[:.]/i.test(name) && !/^x(ml|link)/.test(name);
}

/** What leads from one to the other, null for an attribute that goes; null when there is nothing. */
export function changedAttributes(before: Attributes, now: Attributes): Record<string, string | null> | null {
  const changes: Record<string, string | null> = {};
  for (const name of Object.keys(now)) if (now[name] !== before[name]) changes[name] = now[name]!;
  for (const name of Object.keys(before)) if (!Object.hasOwn(now, name)) changes[name] = null;
  return Object.keys(changes).length ? changes : null;
}
