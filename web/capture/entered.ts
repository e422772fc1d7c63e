/** Where on a page something is entered, and what. */

import { SECRET_NAME } from "../protocol/secrets";

const SECRET_AUTOCOMPLETE = /^(cc-|current-password|new-password|one-time-code)/;
/** What stands for a field where the application draws its own. */
const FIELD_ROLES = "[role=textbox],[role=searchbox],[role=spinbutton],[role=slider]";
/** What mirrors a field stands in a box with little else. */
const MOST_AROUND = 20;
/** Too little for a letter, CSS pixels. */
const UNSEEN_WIDTH = 4;

/** A field of a form can be named as what a form is asked for: so its methods and lists are asked for in other ways. */
export function matches(element: Element, selector: string): boolean {
  return Element.prototype.matches.call(element, selector);
}

export function closest(element: Element, selector: string): Element | null {
  return Element.prototype.closest.call(element, selector);
}

export function childElements(element: Element, most = MOST_AROUND): Element[] {
  const found: Element[] = [];
  for (let child = element.firstElementChild; child && found.length < most; child = child.nextElementSibling)
    found.push(child);
  return found;
}

/** An image or form can be named `title`, and stands before the title then. */
export function titleOf(document: Document): string {
  const { title } = document as { title: unknown };
  return typeof title === "string" ? title : (document.querySelector("title")?.textContent ?? "");
}

/** Pictures and formulas inside an editor don't say by themselves that they are part of it, and islands say no. */
export function isEditable(element: Element): boolean {
  for (let at: Element | null = element; at; at = at.parentElement) {
    if (!("isContentEditable" in at)) continue;
    if (at.isContentEditable === true) return true;
    const island: Element | null = closest(at, "[contenteditable]");
    return island?.parentElement ? isEditable(island.parentElement) : false;
  }
  return false;
}

export function isDrawnField(element: Element): boolean {
  return closest(element, FIELD_ROLES) !== null;
}

/**
 * The box in which an application draws by itself what is typed into this field, which nobody sees: code editors and
 * terminals do. Null for a field that shows what is in it.
 */
export function editorAround(field: Element): Element | null {
  if (isSeen(field)) return null;
  for (let at = field.parentElement; at && at !== field.ownerDocument.body; at = at.parentElement) {
    const { width, height } = at.getBoundingClientRect();
    if (width > UNSEEN_WIDTH && height > UNSEEN_WIDTH) return at;
  }
  return null;
}

function isSeen(field: Element): boolean {
  const { width, height } = field.getBoundingClientRect();
  return width > UNSEEN_WIDTH && height > UNSEEN_WIDTH && getComputedStyle(field).opacity !== "0";
}

/** Where the whole of it can be repeated: in a field, or in an editor. */
export function enteredIn(element: Element): string {
  if (/^(input|textarea)$/.test(element.localName) && "value" in element) return String(element.value);
  return element.hasAttribute("contenteditable") ? element.textContent!.trim() : "";
}

/** Custom elements can be fields of a form, with a value of their own. */
export function isCustomField({ localName, ownerDocument }: Element): boolean {
  const registry = (ownerDocument.defaultView ?? window).customElements;
  const made = registry.get(localName) as { formAssociated?: boolean } | undefined;
  return made?.formAssociated === true;
}

export function looksSecret(element: Element): boolean {
  if ((element as HTMLInputElement).type === "password") return true;
  const completes = (element.getAttribute("autocomplete") ?? "").toLowerCase().split(/\s+/);
  if (completes.some((token) => SECRET_AUTOCOMPLETE.test(token))) return true;
  return ["name", "id"].some((name) => SECRET_NAME.test(element.getAttribute(name) ?? ""));
}
