/** The chapters: pages in the order in which they were visited. */

import { element, find } from "../console/dom";
import { clock, word } from "../console/words";
import type { Chapter } from "./outline";

export class Chapters {
  private readonly list: HTMLElement;
  private current: Element | null = null;

  constructor(main: HTMLElement) {
    this.list = find("[data-chapters]", main);
  }

  /** The list may be in the document already. */
  fill(chapters: Chapter[]): void {
    if (this.buttons.length) return;
    if (!chapters.length) return this.list.replaceChildren(element("li", word("chapters.none"), { class: "quiet" }));
    this.list.replaceChildren(
      ...chapters.map(({ title, url, starts_ms, ends_ms }) => {
        const values = { "data-seek": String(starts_ms), "data-until": String(ends_ms) };
        const button = element("button", "", { type: "button", class: "chapter", ...values });
        const line = element("span", url, { class: "quiet" });
        button.append(element("time", clock(starts_ms)), element("span", title || url), line);
        const item = element("li");
        item.append(button);
        return item;
      }),
    );
  }

  /** Of the `number`th chapter, from 1. */
  start(number: number): number | null {
    const button = this.buttons[number - 1];
    return button ? Number(button.dataset.seek) : null;
  }

  follow(atMs: number): void {
    const now = this.buttons.findLast(({ dataset }) => Number(dataset.seek) <= atMs) ?? null;
    if (now === this.current) return;
    this.current?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
    this.current = now;
    if (now) this.reveal(now);
  }

  private get buttons(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[data-seek]")];
  }

  /** Without moving the page. */
  private reveal(button: HTMLElement): void {
    const { list } = this;
    const top = button.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + button.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top;
  }
}
