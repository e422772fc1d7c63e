/** Single steps of building a page, which know nothing of the rest of it. */

import { type DoctypeNode, type DocumentNode, type ElementNode, NODE, type ShadowNode } from "../protocol/operations";
import type { Styles } from "./gaps";
import { OBJECT, STATE_ATTRIBUTE } from "./states";

const SVG = "http://www.w3.org/2000/svg";
const MATH = "http://www.w3.org/1998/Math/MathML";

/** With these public names tables are laid out in the old way, and nothing else is. */
const LIMITED = /^-\/\/W3C\/\/DTD (XHTML 1\.0|HTML 4\.01) (Frameset|Transitional)\/\//i;
const TRANSITIONAL =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">';

/** Links inside of what `use` shows of a picture are as they were: nobody gets to them but the browser by its own ways. */
const LEADING = ["click", "auxclick", "submit", "dragstart", "contextmenu"];

/** Empty the document and give it the mode that the captured one has. */
export function prepare(document: Document, tree: DocumentNode): void {
  const [, , children, extra] = tree;
  const written = children.find((node): node is DoctypeNode => node[0] === NODE.DOCTYPE);
  for (const meta of document.querySelectorAll("meta")) meta.remove(); // what it says of colours would outlive it
  for (const colour of ["link", "vlink", "alink"]) document.body?.removeAttribute(colour); // and so would these
  document.open();
  if (!extra?.quirks) document.write(LIMITED.test(written?.[3] ?? "") ? TRANSITIONAL : "<!DOCTYPE html>"); // the mode outlives the node
  document.close();
  document.replaceChildren();
  for (const event of LEADING) document.addEventListener(event, (led) => led.preventDefault(), true);
}

/** It changes nothing any more, but other nodes stand before and behind it. */
export function doctype(document: Document, [, , name, publicId, systemId]: DoctypeNode): DocumentType {
  try {
    return document.implementation.createDocumentType(name, publicId, systemId);
  } catch {
    return document.implementation.createDocumentType("html", "", "");
  }
}

/** Of objects only pictures say where they come from. */
const pictureObjects = new WeakSet<Element>();

/** No plug-in runs here: what an object shows is shown by what shows it elsewhere. */
function standIn(document: Document, tag: "img" | "iframe", of: "object" | "embed"): Element {
  const element = document.createElement(tag);
  element.setAttribute(OBJECT, of);
  if (tag === "iframe") element.setAttribute("frameborder", "0");
  else pictureObjects.add(element);
  return element;
}

export function isPictureObject(element: Element): boolean {
  return pictureObjects.has(element);
}

export function create(document: Document, [, , tag, attributes, , extra]: ElementNode): Element {
  try {
    if (tag === "object") return standIn(document, attributes?.data ? "img" : "iframe", tag);
    if (tag === "embed" && attributes?.src && !extra?.gap) return standIn(document, "img", tag);
    if (extra?.ns) return document.createElementNS(extra.ns === "svg" ? SVG : MATH, tag);
    return document.createElement(tag);
  } catch {
    return document.createElement("span");
  }
}

export function rootOptions([, , , extra]: ShadowNode): ShadowRootInit {
  return { mode: "open", slotAssignment: extra?.manual ? "manual" : "named" };
}

/** Marks what stands for an element of which nothing is shown. */
export const BLOCK = `${STATE_ATTRIBUTE}block`;

export function blockStyles(element: HTMLElement, [width, height]: [number, number]): Styles {
  element.setAttribute(BLOCK, "");
  const [w, h] = [`${width}px`, `${height}px`];
  return { "box-sizing": "border-box", width: w, "min-width": w, height: h, "min-height": h };
}

/** Without scripts a canvas is an element as any other; with a picture for a content it is laid out as a canvas is. */
export function pictureStyles(address: string): Styles {
  return { content: `url("${address}")` };
}
