/** Elements whose content can't be read, and of what size the box is that stands for it. */

import type { Extra, GapReason } from "../protocol/operations";
import { frameDocument } from "./nodes";

const OBJECT = /^(object|embed)$/;
/** Addresses without a type of their own. */
const PICTURE = /^data:image\/|\.(png|gif|jpe?g|webp|avif|svg)([?#]|$)/i;

/** Found out by trying. */
const unreadable = new WeakMap<Element, GapReason>();

/** Whether this is news. */
export function noteUnreadable(element: Element, reason: GapReason, isSo: boolean): boolean {
  if ((unreadable.get(element) === reason) === isSo) return false;
  if (isSo) unreadable.set(element, reason);
  else unreadable.delete(element);
  return true;
}

export function gapOf(element: Element): Extra["gap"] {
  const reason = reasonOf(element);
  if (!reason) return undefined;
  const { width, height } = element.getBoundingClientRect();
  return [reason, Math.round(width), Math.round(height), getComputedStyle(element).display];
}

/** What shows a document. */
export function isFrame(element: Element): boolean {
  return /^i?frame$/.test(element.localName) || (element.localName === "object" && !isPicture(element));
}

/** A picture that is written as an object can be read like any other. */
export function isPicture(element: Element): boolean {
  if (!OBJECT.test(element.localName)) return false;
  const { type, data, src } = element as HTMLObjectElement & HTMLEmbedElement;
  return type ? type.startsWith("image/") : PICTURE.test(data ?? src);
}

function reasonOf(element: Element): GapReason | undefined {
  if (isFrame(element) && frameDocument(element).length) return undefined;
  if (OBJECT.test(element.localName)) return isPicture(element) ? undefined : "plugin";
  return isFrame(element) ? "frame" : unreadable.get(element);
}

/**
 * Nobody can ask for a closed shadow root, but it shows: what is in its host is in no slot, or there is nothing in the
 * host and still it has a size.
 */
export function hidesRoot(element: Element): boolean {
  const child = element.firstElementChild;
  if (!child && (element.firstChild || !element.getClientRects().length)) return false;
  const style = getComputedStyle(element);
  if (child) return style.display !== "" && getComputedStyle(child).display === "";
  return !isStretched(element) && !hasPseudo(element) && contentSize(element, style) > 0;
}

/** Whether anything but its content may give it a height. */
function isStretched(element: Element): boolean {
  const style = element.computedStyleMap?.();
  const is = (name: string, value: RegExp): boolean => value.test(String(style?.get(name)));
  const { display } = getComputedStyle(element.parentElement ?? element);
  if (!style || /flex|grid/.test(display) || !is("height", /auto/) || !is("aspect-ratio", /auto/)) return true;
  const isPlaced = is("position", /absolute|fixed/) && !is("top", /auto/) && !is("bottom", /auto/);
  return isPlaced || !is("min-height", /^(auto|0px)$/);
}

function hasPseudo(element: Element): boolean {
  return ["::before", "::after"].some((name) => !/^(none|normal|)$/.test(getComputedStyle(element, name).content));
}

/** Height, or of what stands in a line the width. */
function contentSize(element: Element, style: CSSStyleDeclaration): number {
  const { width, height } = element.getBoundingClientRect();
  const [begin, end] = style.display === "inline" ? ["left", "right"] : ["top", "bottom"];
  const around = [`padding-${begin}`, `padding-${end}`, `border-${begin}-width`, `border-${end}-width`];
  const sum = around.reduce((all, name) => all + Number.parseFloat(style.getPropertyValue(name)), 0);
  return Math.floor((begin === "left" ? width : height) - sum);
}
