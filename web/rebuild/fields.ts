/** What stands in a field of the rebuilt page. */

import { type Checked, type Mutation, NODE } from "../protocol/operations";
import type { PageState } from "./page_state";
import { STATE_ATTRIBUTE } from "./states";

/** An option is in its select, in a group of it, or in what decorates these. */
const MOST_LEVELS = 4;

/** Their value is an attribute, and comes as one. */
const NAMED = /^(checkbox|radio|button|submit|reset|image|hidden)$/;

/** Something was chosen, and not what is chosen at first. */
export const MASKED_CHOICE = "•";

export function fill(field: HTMLElement, text: string, checked: Checked): void {
  if (field.localName === "select") return choose(field as HTMLSelectElement, text);
  const input = field as HTMLInputElement;
  input.checked = checked === 1;
  input.indeterminate = checked === 2;
  if (NAMED.test(input.type)) return;
  try {
    input.value = text;
  } catch {
    /* A file input has no value that could be set. */
  }
  standIn(input, text);
}

/** As if it had been used: what its attributes say of it afterwards, the visitor's side tells where it shows. */
export function use(element: Element): void {
  const field = element as HTMLInputElement & HTMLOptionElement;
  const tag = "form" in element ? field.localName : ""; // a drawing can have elements of these names
  if (tag === "option") field.selected = Boolean(field.selected);
  if (tag === "input") field.checked = Boolean(field.checked);
  if (tag === "textarea" || (tag === "input" && !NAMED.test(field.type) && field.type !== "file"))
    field.value = String(field.value);
}

const placeholders = new WeakMap<HTMLElement, string | null>();

/** A field of numbers takes no bullets: they stand where its placeholder would. */
function standIn(input: HTMLInputElement, text: string): void {
  const isRefused = text.includes("•") && input.value === "";
  if (isRefused && !placeholders.has(input)) placeholders.set(input, input.getAttribute("placeholder"));
  if (!isRefused && !placeholders.has(input)) return;
  const before = placeholders.get(input);
  input.toggleAttribute(`${STATE_ATTRIBUTE}filled`, isRefused);
  if (isRefused) input.setAttribute("placeholder", text);
  else if (before) input.setAttribute("placeholder", before);
  else input.removeAttribute("placeholder");
  if (!isRefused) placeholders.delete(input);
}

/** An option that comes or goes makes a choice by itself, where there is none to be seen. */
export function hideChoices({ r = [], a = [] }: Mutation, state: PageState, nodes: Map<number, Node>): void {
  for (const id of new Set([...r, ...a].map(([parent]) => selectOf(parent, state)))) {
    const field = nodes.get(id) as HTMLSelectElement | undefined;
    if (field && state.values.get(id)?.[0] === MASKED_CHOICE) choose(field, MASKED_CHOICE);
  }
}

/** The select in which a node is, itself counted; 0 where there is none. */
function selectOf(id: number, { model }: PageState): number {
  for (let at = id, levels = 0; model?.has(at) && levels < MOST_LEVELS; at = model.parent(at), levels++) {
    const node = model.node(at);
    if (node[0] === NODE.ELEMENT && node[2] === "select") return at;
  }
  return 0;
}

function choose(select: HTMLSelectElement, text: string): void {
  if (text === MASKED_CHOICE) {
    select.selectedIndex = -1;
    return;
  }
  const chosen = new Set(text.split(",").filter(Boolean).map(Number));
  for (const [at, option] of Array.from(select.options).entries()) option.selected = chosen.has(at);
}
