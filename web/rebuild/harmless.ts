/** What of a captured page could act: left out before it reaches the rebuilt one. */

import { isHandler } from "../protocol/operations";
import { exported, STATE_ATTRIBUTE } from "./states";

export const XLINK = "http://www.w3.org/1999/xlink";
const XML = "http://www.w3.org/XML/1998/namespace";
const DROPPED = new Set([
  "action",
  "formaction",
  "target",
  "ping",
  "srcdoc",
  "autofocus",
  "nonce",
  "integrity",
  "http-equiv",
  "manifest",
  "crossorigin",
  "data",
  "code",
  "codebase",
  "archive",
  "classid",
  "sandbox",
  "allow",
  "is",
  "loading",
  "autoplay",
  "dynsrc",
  "lowsrc",
  "usemap",
  "longdesc",
  "cite",
  "profile",
  "imagesrcset",
  "attributionsrc",
  "download",
  "accesskey",
]);
/** A document gives them out by their names, in place of what it has of that name itself. */
const NAMED_IN_DOCUMENT = new Set(["img", "form", "embed", "object", "iframe"]);
/** What is asked here of elements: a form gives out its fields by their names and ids instead. */
const ASKED = new Set(
  (
    "assignedSlot attachShadow closest contains getAttribute getBoundingClientRect getRootNode hasAttribute insertBefore " +
    "isConnected lastElementChild localName matches nodeType ownerDocument parentElement parentNode previousElementSibling " +
    "removeAttribute removeAttributeNS removeChild scrollTo setAttribute setAttributeNS shadowRoot sheet style tagName " +
    "toggleAttribute part animate getAnimations hidePopover showPopover"
  ).split(" "),
);

/** Neither acts nor loads nor leads anywhere. */
export function isHarmless(tag: string, name: string, value: string | null): boolean {
  const plain = name.toLowerCase();
  if (isHandler(plain) || DROPPED.has(plain) || plain.startsWith(STATE_ATTRIBUTE)) return false;
  if ((plain === "name" || plain === "id") && hidesOwn(tag, plain, value ?? "")) return false;
  if (tag === "script" && plain === "type") return false;
  if (tag === "base" || (/^i?frame$/.test(tag) && plain === "src")) return false;
  if (plain === "attributename" && /href|src|^on/i.test(value ?? "")) return false;
  return !(tag === "meta" && plain === "content" && /url/i.test(value ?? ""));
}

function hidesOwn(tag: string, name: string, value: string): boolean {
  return ASKED.has(value) || (name === "name" ? NAMED_IN_DOCUMENT.has(tag) : tag === "object");
}

/** Of a link's relations those to style sheets: no policy stops a preconnect. */
export function styleRelations(rel: string): string {
  return rel
    .toLowerCase()
    .split(/\s+/)
    .filter((relation) => relation === "stylesheet" || relation === "alternate")
    .join(" ");
}

export function setAttribute(element: Element, name: string, value: string): void {
  try {
    if (name === "xlink:href") element.setAttributeNS(XLINK, name, value);
    else if (name.startsWith("xml:")) element.setAttributeNS(XML, name, value);
    else element.setAttribute(name, name === "exportparts" ? exported(value) : value);
  } catch {
    /* A name that only a parser can make: it has no effect on what is seen. */
  }
}
