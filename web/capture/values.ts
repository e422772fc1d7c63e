/** State that is not in the tree: form values, scroll positions, media, focus. */

import type { Checked, Volatile } from "../protocol/operations";
import { isFrame } from "./gaps";
import { focusedOf, given } from "./given";
import type { Masking } from "./masking";
import { frameDocument } from "./nodes";
import type { Recorder } from "./recorder";

export type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
/** Of a step: each is asked for its layout. */
const STEP_NODES = 200;
const FIELDS = "input,textarea,select";

/** A drawing can have elements of these names, which are nothing that one could fill in. */
export function isField(node: EventTarget | null): node is Field {
  return !!node && /^(input|textarea|select)$/.test((node as Element).localName ?? "") && "value" in node;
}

export interface FieldState {
  text: string;
  checked: Checked;
}

/** What is shown of a field. A select says the positions that are chosen; when masked, only that it is. */
export function fieldState(field: Field, masking: Masking): FieldState {
  if (masking.blocks(field)) return { text: "", checked: 0 };
  if (field.localName === "select") return { text: chosen(field as HTMLSelectElement, masking), checked: 0 };
  const checked = masking.covers(field) ? 0 : checkedState(field as HTMLInputElement);
  return { text: masking.value(field.value, field), checked };
}

function checkedState({ type, checked, indeterminate }: HTMLInputElement): Checked {
  if (type === "checkbox" && indeterminate) return 2;
  return checked ? 1 : 0;
}

function chosen(select: HTMLSelectElement, masking: Masking): string {
  const positions = Array.from(select.selectedOptions, (option) => option.index).join(",");
  return masking.masksValue(select) && positions !== "0" ? "•" : positions;
}

/** What the tree alone shows of a field. */
export function defaultState(field: Field, masking: Masking): FieldState {
  if (masking.blocks(field)) return { text: "", checked: 0 };
  if (field.localName === "select") return { text: defaultChoice(field as HTMLSelectElement, masking), checked: 0 };
  const checked = (field as HTMLInputElement).defaultChecked && !masking.covers(field) ? 1 : 0;
  return { text: masking.value((field as HTMLInputElement).defaultValue, field), checked };
}

function defaultChoice(select: HTMLSelectElement, masking: Masking): string {
  if (masking.masksValue(select)) return "0";
  const marked = Array.from(select.options).filter((option) => option.defaultSelected);
  if (select.multiple) return marked.map((option) => option.index).join(",");
  return String(marked.at(-1)?.index ?? 0);
}

export function fieldsOf(root: ParentNode): Field[] {
  return Array.from(root.querySelectorAll(FIELDS)).filter(isField);
}

export function sameState(a: FieldState, b: FieldState): boolean {
  return a.text === b.text && a.checked === b.checked;
}

/**
 * All of it, only where it differs from what a fresh tree shows; the tree must not change meanwhile. Fields and focus
 * come in the first step: they are compared with what is noted of them at the same moment.
 */
export function* readVolatile(recorder: Recorder, masking: Masking, top: Document): Generator<void, Volatile> {
  const state: Volatile = {};
  for (const root of recorder.roots()) for (const field of fieldsOf(root)) addField(field, recorder, masking, state);
  addFocus(focusedIn(top), recorder, state);
  const hover = recorder.idOf(hoveredIn(top));
  if (hover) state.hover = hover;
  let count = 0;
  for (const node of recorder.known()) {
    addPlace(node, recorder.idOf(node), state);
    if (++count % STEP_NODES === 0) yield;
  }
  return state;
}

function addField(field: Field, recorder: Recorder, masking: Masking, state: Volatile): void {
  const [id, now] = [recorder.idOf(field), fieldState(field, masking)];
  if (id && !sameState(now, defaultState(field, masking))) (state.values ??= []).push([id, now.text, now.checked]);
}

function addFocus(focused: Element | null, recorder: Recorder, state: Volatile): void {
  const focus = recorder.idOf(focused);
  if (focus) state.focus = focus;
  if (focus && !hasRing(focused!)) state.ring = 0;
}

export function hasRing(focused: Element): boolean {
  return given.get(focused)?.ring ?? focused.matches(":focus-visible");
}

/** In whatever shadow root or frame it is; null when nothing has the focus but a page as a whole. */
export function focusedIn(root: Document | ShadowRoot): Element | null {
  const said = focusedOf.get(root);
  if (said) return said;
  const { activeElement: active } = root;
  // In a frame of another site something may be active although the focus is around it.
  if (root === document && window !== top && !document.hasFocus()) return null;
  if (!active || (active === (root as Partial<Document>).body && !active.matches(":focus"))) return null;
  const inner = isFrame(active) ? frameDocument(active)[0] : active.shadowRoot;
  // Something in it may be active in its own document and have the focus of no other.
  if (inner || isFrame(active)) return (inner && focusedIn(inner)) ?? (active.matches(":focus") ? active : null);
  return active;
}

/** The innermost element that the pointer is on. */
function hoveredIn(root: Document | ShadowRoot): Element | null {
  const found = Array.from(root.querySelectorAll(":hover")).at(-1);
  if (!found) return null;
  const inside = found.shadowRoot ?? (isFrame(found) ? frameDocument(found)[0] : undefined);
  return (inside && hoveredIn(inside)) ?? found;
}

export function scroller(node: Node): Element | null {
  return node.nodeType === 9 ? (node as Document).scrollingElement : (node as Element);
}

function addPlace(node: Node, id: number, state: Volatile): void {
  if (isScrolled(node)) {
    const { scrollLeft, scrollTop } = scroller(node)!;
    (state.scroll ??= []).push([id, hundredths(scrollLeft), hundredths(scrollTop)]);
  }
  if (!isUnderWay(node)) return;
  const { paused, currentTime } = node;
  (state.media ??= []).push([id, paused ? 1 : 0, currentTime]);
}

/** A document stands for its root and its body. */
export function isScrolled(node: Node): boolean {
  const element = /^(html|body)$/.test((node as Element).localName ?? "") ? null : scroller(node);
  return !!element && !!(element.scrollTop || element.scrollLeft); // neither is known of other nodes
}

/** Not as media begin: it plays, or stands somewhere else than at its start. */
export function isUnderWay(node: Node): node is HTMLMediaElement {
  const { paused, currentTime } = node as HTMLMediaElement;
  return paused === false || currentTime > 0;
}

/** On screens with more than one pixel to a CSS pixel, boxes are scrolled to parts of one. */
export function hundredths(place: number): number {
  return Math.round(place * 100) / 100;
}
