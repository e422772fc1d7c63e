/** What stands in a field of the rebuilt page. */

import type { Checked } from "../protocol/operations";

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
}

/** An option that comes or goes makes a choice by itself, where there is none to be seen. */
export function hideChoices(values: Map<number, [string, Checked]>, nodes: Map<number, Node>): void {
  for (const [id, [text]] of values) {
    const field = nodes.get(id) as HTMLElement | undefined;
    if (text === MASKED_CHOICE && field?.localName === "select") choose(field as HTMLSelectElement, text);
  }
}

function choose(select: HTMLSelectElement, text: string): void {
  if (text === MASKED_CHOICE) {
    select.selectedIndex = -1;
    return;
  }
  const chosen = new Set(text.split(",").filter(Boolean).map(Number));
  for (const [at, option] of Array.from(select.options).entries()) option.selected = chosen.has(at);
}
