/** A note is pinned to where the recording stands when one begins to write it. */

import { clock } from "../console/words";
import { TIME_EVENT } from "./panels";

export function pinNotes(main: HTMLElement): void {
  const at = main.querySelector<HTMLInputElement>("[data-note-at]");
  const shown = main.querySelector<HTMLElement>("[data-note-clock]");
  const body = at?.form?.querySelector("textarea");
  if (!at || !shown || !body) return;
  shown.textContent = clock(Number(at.value));
  main.addEventListener(TIME_EVENT, (event) => {
    if (body.value) return;
    const atMs = Math.max(0, Math.round((event as CustomEvent<{ atMs: number }>).detail.atMs));
    at.value = String(atMs);
    shown.textContent = clock(atMs);
  });
}
