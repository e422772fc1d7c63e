/** Names behind an `@`, offered while a note is written: a list box that the keys of the text field move. */

import { element } from "../console/dom";

interface Person {
  name: string;
  /** What calls this one and nobody else (recordings/review/mentions.py). */
  handle: string;
}

const MOST = 6;
/** At the end of what stands before the cursor. */
const CALL = /(?<![\p{L}\p{N}_@])@([\p{L}\p{N}_.+-]*)$/u;

export function suggestPeople(main: HTMLElement): void {
  const body = main.querySelector<HTMLTextAreaElement>("[data-note-body]");
  const list = main.querySelector<HTMLElement>("[data-mentions]");
  const people = main.querySelector("#people");
  if (body && list && people) new Mentions(body, list, JSON.parse(people.textContent ?? "[]") as Person[]);
}

class Mentions {
  private shown: Person[] = [];
  private at = 0;

  constructor(
    private readonly body: HTMLTextAreaElement,
    private readonly list: HTMLElement,
    private readonly people: Person[],
  ) {
    body.addEventListener("input", () => this.offer());
    body.addEventListener("keydown", (event) => this.onKey(event));
    body.addEventListener("blur", () => this.show([]));
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = (event.target as Element).closest("[role=option]");
      if (option) this.take(this.shown[[...list.children].indexOf(option)]);
    });
  }

  private get typed(): string | null {
    const { value, selectionStart } = this.body;
    return CALL.exec(value.slice(0, selectionStart))?.[1] ?? null;
  }

  private offer(): void {
    const typed = this.typed?.toLowerCase();
    const fits = ({ name, handle }: Person): boolean =>
      [name, handle].some((text) => text.toLowerCase().includes(typed ?? ""));
    this.show(typed === undefined ? [] : this.people.filter(fits).slice(0, MOST));
  }

  private show(people: Person[]): void {
    [this.shown, this.at] = [people, 0];
    this.list.hidden = !people.length;
    this.list.replaceChildren(
      ...people.map(({ name, handle }, at) => {
        const option = element("li", name, { role: "option", id: `mention-${at}` });
        option.append(element("span", ` @${handle}`, { class: "quiet" }));
        return option;
      }),
    );
    this.point();
  }

  private point(): void {
    const options = [...this.list.children];
    for (const [at, option] of options.entries()) option.setAttribute("aria-selected", String(at === this.at));
    if (options.length) this.body.setAttribute("aria-activedescendant", `mention-${this.at}`);
    else this.body.removeAttribute("aria-activedescendant");
  }

  private onKey(event: KeyboardEvent): void {
    const { length } = this.shown;
    if (!length || event.isComposing) return;
    if (event.key === "Escape") this.show([]);
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.shown[this.at]);
    else if (event.key === "ArrowDown") this.at = (this.at + 1) % length;
    else if (event.key === "ArrowUp") this.at = (this.at + length - 1) % length;
    else return;
    event.preventDefault();
    this.point();
  }

  private take(person: Person | undefined): void {
    const { body, typed } = this;
    if (!person || typed === null) return;
    const end = body.selectionStart;
    body.setRangeText(`${person.handle} `, end - typed.length, end, "end");
    this.show([]);
  }
}
