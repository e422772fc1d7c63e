/** What stands for something that could not be read: a box of its size that says so. */

import { stage as english } from "../i18n/en.json";
import { stage as chinese } from "../i18n/zh-Hans.json";
import type { Extra, GapReason } from "../protocol/operations";

export const GAP = "data-alongside-gap";

/** In the language of whoever looks. */
function label(reason: GapReason | "picture"): string {
  const words = document.documentElement.lang.startsWith("zh") ? chinese : english;
  return words[`gap.${reason}`];
}

/** A picture of that size; lines show where it ends. */
export function placeholder(reason: GapReason | "picture", width: number, height: number): string {
  const text = `<text x="6" y="18" font-family="sans-serif" font-size="13" fill="#555">${label(reason)}</text>`;
  const box = `<rect width="100%" height="100%" fill="#eee" stroke="#999" stroke-width="2" stroke-dasharray="6 4"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${Number(width)}" height="${Number(height)}">${box}${text}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const PLACEHOLDER = "data:image/svg+xml,%3Csvg";

/** Say so where a picture is one of these. */
export function tellGap(element: Element, address: string): void {
  if (address.startsWith(PLACEHOLDER)) element.setAttribute(GAP, label("picture"));
  else if (element.hasAttribute(GAP)) element.removeAttribute(GAP);
}

/** The visitor does not see it either, but the sign that browsers show instead. */
export function broken(): string {
  return "data:image/png,";
}

/** Styles that make the element the box. */
export function gapStyles(element: Element, [reason, width, height, display]: NonNullable<Extra["gap"]>): Styles {
  element.setAttribute(GAP, label(reason));
  if (reason === "frame") return {};
  if (reason === "shadow" && !element.shadowRoot) hideContent(element);
  return {
    display: display === "inline" ? "inline-block" : display,
    "box-sizing": "border-box",
    width: `${width}px`,
    height: `${height}px`,
    background: `url("${placeholder(reason, width, height)}") 0 0 / 100% 100% no-repeat border-box`,
  };
}

export type Styles = Record<string, string>;

/** It is in no slot that could be known. */
function hideContent(element: Element): void {
  try {
    element.attachShadow({ mode: "open" });
  } catch {
    /* An element of this name can't have one here. */
  }
}

/** A frame has no styles of its own that would show in it. */
export function fillFrame({ contentDocument: inner }: HTMLIFrameElement, origin: string): void {
  if (!inner) return;
  inner.open();
  inner.write("<!DOCTYPE html><body>");
  inner.close();
  const { body } = inner;
  body.textContent = [label("frame"), origin].filter(Boolean).join(": ");
  body.style.cssText = "margin:0;padding:8px;font:13px sans-serif;color:#555;background:#eee";
}
