/** The attributes of an element: what each is for, and what leads from one state of them to another. */

import type { Attributes } from "../protocol/operations";

/** They are read to people. */
const LABELS =
  /^(title|alt|alttext|placeholder|label|summary|abbr|xlink:title|aria-(label|value\w+|(role)?description|placeholder|braille\w+|checked|selected)|data-.+)$/;
/** They are for browsers and style sheets, as HTML and its older versions have them. */
const PLAIN = new Set(
  (
    "accept accept-charset accesskey align allow allowfullscreen as async autocapitalize autocomplete autocorrect autoplay " +
    "axis bgcolor border bordercolor capture cellpadding cellspacing char charoff charset checked class clear color cols " +
    "colspan compact contenteditable controls controlslist coords crossorigin decoding default defer dir dirname disabled " +
    "draggable enctype enterkeyhint exportparts face fetchpriority for form formenctype formmethod formnovalidate " +
    "formtarget frame frameborder headers height hidden high hspace hreflang http-equiv id imagesizes inert inputmode is " +
    "ismap itemid itemprop itemref itemscope itemtype kind lang language link list loading loop low marginheight " +
    "marginwidth max maxlength media method min minlength multiple muted name nohref noresize noshade novalidate nowrap " +
    "open optimum part pattern playsinline popover popovertarget popovertargetaction preload property readonly " +
    "referrerpolicy rel required rev reversed role rows rowspan rules sandbox scope scrolling selected shape size sizes " +
    "slot span spellcheck start step tabindex target translate type usemap valign version vlink vspace width wrap " +
    "writingsuggestions"
  ).split(" "),
);

export function isLabel(name: string): boolean {
  return LABELS.test(name);
}

/** Says nothing that could be anybody's own, but that it is named after somebody. */
export function isPlain(name: string): boolean {
  return PLAIN.has(name) || /^(aria-|xml)/.test(name);
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
