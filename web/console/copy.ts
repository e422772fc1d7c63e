/** A field with what is to be copied, a button that does it, and words of how it went (templates/assist/copy.html). */

import { find } from "./dom";
import { word } from "./words";

export function wireCopy(box: HTMLElement): void {
  const [field, said] = [find<HTMLInputElement>("input", box), find("[role=status]", box)];
  find("button", box).addEventListener("click", () => void copy(field, said));
}

/** Where the browser refuses, as on a page without TLS, the link is left selected under the person's hands. */
async function copy(field: HTMLInputElement, said: HTMLElement): Promise<void> {
  said.textContent = ""; // the same words again are to be said again
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = word("link.copied");
  } catch {
    field.focus();
    field.select();
    said.textContent = word("link.copy_failed");
  }
}
