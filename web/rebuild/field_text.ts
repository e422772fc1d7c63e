/** Where characters stand that are in a field: nobody but the browser can see into it, so they are set once more. */

import type { Box } from "./recolour";

export type Field = HTMLInputElement | HTMLTextAreaElement;

const COPIED =
  "direction font-family font-feature-settings font-kerning font-optical-sizing font-size font-stretch font-style " +
  "font-variant-caps font-variant-ligatures font-variant-numeric font-variation-settings font-weight letter-spacing " +
  "line-height overflow-wrap tab-size text-align text-indent text-rendering text-transform unicode-bidi word-break word-spacing";

/** Of the characters from one offset to another, one for each line, as far as it shows. */
export function boxesIn(field: Field, from: number, to: number): Box[] {
  const content = contentOf(field);
  const isLine = field.localName === "input";
  const mirror = mirrorOf(field, content[2] - content[0], isLine);
  try {
    const lines = linesOf(mirror, from, to);
    const height = mirror.getBoundingClientRect().height;
    const left = content[0] - field.scrollLeft;
    const top = content[1] - field.scrollTop + (isLine ? (content[3] - content[1] - height) / 2 : 0);
    const shown = isLine ? across(content, paddingBox(field)) : paddingBox(field);
    const clips = [shown, ...clipsAround(field)];
    return lines.map((line) => clips.reduce(shared, [line[0] + left, line[1] + top, line[2] + left, line[3] + top]));
  } finally {
    mirror.remove();
  }
}

function contentOf(field: Field): Box {
  const { left, top } = field.getBoundingClientRect();
  const style = getComputedStyle(field);
  const side = (name: string): number => Number.parseFloat(style.getPropertyValue(`padding-${name}`));
  const [x, y] = [left + field.clientLeft, top + field.clientTop];
  return [
    x + side("left"),
    y + side("top"),
    x + field.clientWidth - side("right"),
    y + field.clientHeight - side("bottom"),
  ];
}

function mirrorOf(field: Field, width: number, isLine: boolean): HTMLElement {
  const { ownerDocument: document } = field;
  const mirror = document.createElement("alongside-mirror");
  const style = getComputedStyle(field);
  const set = (name: string, value: string): void => mirror.style.setProperty(name, value, "important");
  set("all", "initial");
  for (const name of COPIED.split(" ")) set(name, style.getPropertyValue(name));
  set("white-space", isLine ? "pre" : style.whiteSpace);
  set("width", `${width}px`);
  for (const [name, value] of [
    ["display", "block"],
    ["position", "fixed"],
    ["left", "0"],
    ["top", "0"],
    ["visibility", "hidden"],
  ] as const)
    set(name, value);
  mirror.textContent = field.value;
  document.documentElement.append(mirror);
  return mirror;
}

/** A line that ends in the selection is selected a space further. */
function linesOf(mirror: HTMLElement, from: number, to: number): Box[] {
  const { ownerDocument: document, firstChild: text } = mirror;
  if (!text) return [];
  const length = text.nodeValue!.length;
  const range = document.createRange();
  range.setStart(text, Math.min(from, length));
  range.setEnd(text, Math.min(to, length));
  const origin = mirror.getBoundingClientRect();
  const height = lineHeight(mirror);
  return Array.from(range.getClientRects(), ({ left, right, top, bottom }): Box => {
    const middle = (top + bottom) / 2 - origin.top;
    return [left - origin.left, middle - height / 2, right - origin.left, middle + height / 2];
  });
}

function lineHeight(mirror: HTMLElement): number {
  const line = mirror.cloneNode() as HTMLElement;
  line.textContent = "x";
  mirror.after(line);
  const { height } = line.getBoundingClientRect();
  line.remove();
  return height;
}

/** A field of one line shows nothing beside its content, but all above and below it. */
function across([left, , right]: Box, [, top, , bottom]: Box): Box {
  return [left, top, right, bottom];
}

function clipsAround(field: Field): Box[] {
  const all: Box[] = [];
  for (let at: Element | null = field.parentElement; at; at = at.parentElement)
    if (!/visible/.test(getComputedStyle(at).overflow) && at !== at.ownerDocument.documentElement)
      all.push(paddingBox(at));
  return all;
}

function shared(one: Box, other: Box): Box {
  return [
    Math.max(one[0], other[0]),
    Math.max(one[1], other[1]),
    Math.min(one[2], other[2]),
    Math.min(one[3], other[3]),
  ];
}

function paddingBox(element: Element): Box {
  const { left, top } = element.getBoundingClientRect();
  const [x, y] = [left + element.clientLeft, top + element.clientTop];
  return [x, y, x + element.clientWidth, y + element.clientHeight];
}
