/** Where on a page something is entered, and what. */

import { NODE } from "../protocol/operations";
import { SECRET_NAME } from "../protocol/secrets";
import type { Masking } from "./masking";
import { frameOf } from "./nodes";

const SECRET_AUTOCOMPLETE = /^(cc-|current-password|new-password|one-time-code)/;
/** What stands for a field where the application draws its own, or says what comes of it. */
const DRAWN_FIELDS = "output,[role=textbox],[role=searchbox],[role=spinbutton],[role=slider],[role=combobox]";
/** Where the application draws what there is to choose from. */
export const DRAWN_CHOICES = "[role=combobox],[role=listbox]";
/** What mirrors a field stands in a box with little else. */
const MOST_AROUND = 20;
/** Too little for a letter, CSS pixels. */
const UNSEEN_WIDTH = 4;
/** An editor has its field so under the pointer for the browser's own menu. */
const FAINT = 0.1;

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
export function titleOf(document: Document, masking: Masking): string {
  const { title } = document as { title: unknown };
  const element = document.querySelector("title");
  const text = typeof title === "string" ? title : (element?.textContent ?? "");
  return masking.text(text, element ?? document.documentElement);
}

/** The host of the shadow root, or the frame of the document, in which the element is. */
export function around(element: Element, crossesFrames = false): Element | null {
  const root = Node.prototype.getRootNode.call(element); // of a form it can be a field
  if (root.nodeType === NODE.SHADOW) return (root as ShadowRoot).host;
  return crossesFrames ? frameOf(root) : null;
}

/** The element or the nearest around it that matches, also out of shadow roots. */
export function nearest(element: Element, selector: string, crossesFrames = false): Element | null {
  for (let at: Element | null = selector ? element : null; at; at = around(at, crossesFrames)) {
    const found = closest(at, selector);
    if (found) return found;
  }
  return null;
}

/** Pictures, formulas and components inside an editor don't say by themselves that they are part of it; islands say no. */
export function isEditable(element: Element): boolean {
  const { isContentEditable: isSo } = element as HTMLElement;
  if (isSo === true) return true;
  const island = isSo === undefined ? element : closest(element, "[contenteditable]");
  const outer = island?.parentElement ?? around(element);
  return outer !== null && isEditable(outer);
}

export function isDrawnField(element: Element): boolean {
  return nearest(element, DRAWN_FIELDS) !== null;
}

/** It takes what is typed for the application, which draws it wherever it likes. */
export function hasEditContext(element: Element): boolean {
  return !!(element as { editContext?: unknown }).editContext;
}

/**
 * The box in which an application draws by itself what is typed into this field, which nobody sees: code editors and
 * terminals do. Null for a field that shows what is in it.
 */
export function editorAround(field: Element): Element | null {
  const drawn = hasEditContext(field) ? field : null;
  if (!drawn && isSeen(field)) return null;
  for (let at = field.parentElement; at && at !== field.ownerDocument.body; at = at.parentElement) {
    const { width, height } = at.getBoundingClientRect();
    if (width > UNSEEN_WIDTH && height > UNSEEN_WIDTH) return at;
  }
  return drawn;
}

/** The innermost of them that this is drawn in: what is pasted or dropped on it goes to a field that can take it. */
export function editorOver(drawn: Element): Element | null {
  let inner: Element | null = null;
  for (const field of (Node.prototype.getRootNode.call(drawn) as ParentNode).querySelectorAll("*")) {
    const editor = canTake(field) ? editorAround(field) : null;
    if (editor?.contains(drawn) && (!inner || inner.contains(editor))) inner = editor;
  }
  return inner;
}

function canTake(field: Element): boolean {
  const { localName, readOnly, checkVisibility } = field as HTMLTextAreaElement;
  if (localName !== "textarea" || readOnly) return hasEditContext(field);
  return checkVisibility?.call(field, { checkVisibilityCSS: true }) !== false; // not known to Safari 16
}

function isSeen(field: Element): boolean {
  const { width, height } = field.getBoundingClientRect();
  return width > UNSEEN_WIDTH && height > UNSEEN_WIDTH && Number(getComputedStyle(field).opacity) > FAINT;
}

/** Where the whole of it can be repeated: in a field, or in an editor. */
export function enteredIn(element: Element): string {
  if (/^(input|textarea)$/.test(element.localName) && "value" in element) return String(element.value);
  return element.hasAttribute("contenteditable") ? element.textContent!.trim() : "";
}

/** A value that is shorter than `least` has to be all of the text. */
export function isWithin(value: string, text: string, least: number): boolean {
  return value !== "" && (value.length < least ? text === value : text.includes(value));
}

/** As pages repeat it: by its value, its text or its place. That nothing is chosen is told. */
export function chosenIn(element: Element): string[] {
  const { selectedOptions } = element as Partial<HTMLSelectElement>;
  const chosen = element.localName === "select" ? [...(selectedOptions ?? [])].filter(({ index }) => index > 0) : [];
  return chosen.flatMap(({ value, text, index }) => [value, text, String(index)]);
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
