/** Looks for words in what the session showed and what was typed in it; each moment that has them leads there. */

import { element, find } from "../console/dom";
import { clock, word } from "../console/words";
import { read } from "./reading";

/** As recordings/review/playback.py answers; `moments` is null while the session has not been read. */
interface Answer {
  moments: [atMs: number, text: string][] | null;
  is_more: boolean;
}

export function findInSession(main: HTMLElement): void {
  const finder = new Finder(main);
  const words = new URL(location.href).searchParams.get("q");
  if (words) void finder.find(words);
}

class Finder {
  private readonly field: HTMLInputElement;
  private readonly said: HTMLElement;
  private readonly list: HTMLElement;

  constructor(private readonly main: HTMLElement) {
    const form = find("[data-find]", main);
    this.field = find("input", form);
    this.said = find("[data-find-said]", main);
    this.list = find("[data-found]", main);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.find(this.field.value);
    });
  }

  async find(words: string): Promise<void> {
    this.field.value = words;
    this.said.textContent = word("find.looking");
    const answer = await read(`${this.main.dataset.momentsUrl}?q=${encodeURIComponent(words)}`)
      .then((told) => told.json() as Promise<Answer>)
      .catch(() => null);
    if (words !== this.field.value) return;
    this.said.textContent = said(answer);
    this.show(answer?.moments ?? []);
  }

  private show(moments: [number, string][]): void {
    this.list.hidden = !moments.length;
    this.list.replaceChildren(
      ...moments.map(([atMs, text]) => {
        const button = element("button", "", { type: "button", class: "chapter", "data-seek": String(atMs) });
        button.append(element("time", clock(atMs)), element("span", text));
        const item = element("li");
        item.append(button);
        return item;
      }),
    );
  }
}

function said(answer: Answer | null): string {
  if (!answer) return word("find.failed");
  if (!answer.moments) return word("find.unread");
  const count = answer.moments.length;
  return count ? word(answer.is_more ? "find.more" : "find.count", { count }) : word("find.none");
}
