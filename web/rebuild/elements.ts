/** Single steps of building a page, which know nothing of the rest of it. */

import { type DoctypeNode, type Extra, NODE, type Node as TreeNode } from "../protocol/operations";
import { STATE_ATTRIBUTE } from "./sheets";

const SVG = "http://www.w3.org/2000/svg";
const MATH = "http://www.w3.org/1998/Math/MathML";

/** Empty the document and give it the mode that the captured one has. */
export function prepare(document: Document, tree: TreeNode): void {
  const [, , , extra] = tree as [9, number, TreeNode[], Extra?];
  document.open();
  if (!extra?.quirks) document.write("<!DOCTYPE html>"); // the mode outlives the node
  document.close();
  document.replaceChildren();
}

/** It changes nothing any more, but other nodes stand before and behind it. */
export function doctype(document: Document, [, , name, publicId, systemId]: DoctypeNode): DocumentType {
  try {
    return document.implementation.createDocumentType(name, publicId, systemId);
  } catch {
    return document.implementation.createDocumentType("html", "", "");
  }
}

export function create(document: Document, tag: string, extra?: Extra): Element {
  try {
    if (extra?.ns) return document.createElementNS(extra.ns === "svg" ? SVG : MATH, tag);
    return document.createElement(tag);
  } catch {
    return document.createElement("span");
  }
}

/** A box of that size, or no longer one. */
export function block(element: HTMLElement, size: [number, number] | undefined): void {
  element.toggleAttribute(`${STATE_ATTRIBUTE}block`, size !== undefined);
  const style = (name: string, value: string): void => element.style?.setProperty(name, value, "important");
  style("box-sizing", size ? "border-box" : "");
  for (const [at, side] of ["width", "height"].entries())
    for (const name of [side, `min-${side}`]) style(name, size ? `${size[at]}px` : "");
}

export function raise(element: HTMLElement, top: "modal" | "popover"): void {
  try {
    if (top === "popover") return element.showPopover();
    element.removeAttribute("open");
    (element as HTMLDialogElement).showModal();
  } catch {
    /* It is there already. */
  }
}

/** A dialog stays in the top layer when it only loses its attribute. */
export function lower(element: HTMLElement): void {
  if (element.matches(":popover-open")) element.hidePopover();
  if (element.localName !== "dialog" || !element.matches(":modal")) return;
  const isOpen = element.hasAttribute("open");
  (element as HTMLDialogElement).close();
  element.toggleAttribute("open", isOpen);
}

export function isRoot(node: Node): node is Document | ShadowRoot {
  return node.nodeType === NODE.DOCUMENT || node.nodeType === NODE.SHADOW;
}

export function attempt(call: () => void, faults: unknown[]): void {
  try {
    call();
  } catch (fault) {
    faults.push(fault);
  }
}
