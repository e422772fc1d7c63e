/**
 * What stands beside the recording and has times: its elements say them with `data-seek`, in ms, and those that are to be
 * marked on the timeline have `data-mark` with their text. It hears the time as `review:time` on the page's main element.
 */

import type { Mark } from "./outline";

export const TIME_EVENT = "review:time";

export function noteMarks(main: HTMLElement, pin: (notes: Mark[]) => void): void {
  const read = (): void => {
    const marked = [...main.querySelectorAll<HTMLElement>("[data-mark][data-seek]")];
    pin(marked.map(({ dataset }): Mark => [Number(dataset.seek), "note", dataset.mark ?? ""]));
  };
  const panels = main.querySelector("[data-panels]");
  if (!panels) return;
  new MutationObserver(read).observe(panels, { childList: true, subtree: true, attributeFilter: ["data-mark"] });
  read();
}
