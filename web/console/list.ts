/** The list of waiting requests: it is read again after each event, and the clocks run. */

import { listenToDesk } from "./desk_events";
import { closeButtons, find } from "./dom";
import { Reading } from "./reading";
import { clock, word } from "./words";

export function runList(main: HTMLElement): void {
  const list = new List(main);
  listenToDesk({
    event: (kind) => void (/^(request|session)\.|^joined$/.test(kind) && list.reading.again()),
    online: (isOnline) => list.setOnline(isOnline),
  });
  setInterval(() => list.tick(), 1000);
  list.tick();
}

class List {
  private readonly rows: HTMLElement;
  private readonly dialog = find<HTMLDialogElement>("[data-decline]");
  readonly reading: Reading;

  constructor(private readonly main: HTMLElement) {
    this.rows = find("[data-rows]", main);
    this.reading = new Reading(main.dataset.rowsUrl ?? "", (html) => this.replace(html));
    this.rows.addEventListener("click", (event) => this.onClick(event));
    closeButtons(this.dialog);
  }

  private replace(html: string): void {
    const before = new Set(this.ids());
    const focused = this.focusedKey();
    this.rows.innerHTML = html;
    const arrived = this.cards().filter((card) => !before.has(card.dataset.requestId ?? ""));
    for (const card of arrived) card.classList.add("arrived");
    this.announce(arrived);
    if (focused) this.rows.querySelector<HTMLElement>(focused)?.focus();
    this.tick();
  }

  private cards(): HTMLElement[] {
    return [...this.rows.querySelectorAll<HTMLElement>("[data-request-id]")];
  }

  private ids(): string[] {
    return this.cards().map((card) => card.dataset.requestId ?? "");
  }

  /** A selector of the control that has the focus, good after the rows were replaced. */
  private focusedKey(): string {
    const active = document.activeElement;
    const card = active?.closest<HTMLElement>("[data-request-id]");
    if (!active || !card) return "";
    const control = active.matches("[data-testid=assist-accept]")
      ? "[data-testid=assist-accept]"
      : "[data-decline-url]";
    return `[data-request-id="${CSS.escape(card.dataset.requestId ?? "")}"] ${control}`;
  }

  private announce(arrived: HTMLElement[]): void {
    const names = arrived.map((card) => card.querySelector("strong")?.textContent ?? "");
    if (names.length)
      find("[data-announce]", this.main).textContent = word("desk.new_request", { who: names.join(", ") });
  }

  tick(): void {
    for (const time of this.rows.querySelectorAll<HTMLTimeElement>("time[data-since]"))
      time.textContent = clock(Date.now() - Date.parse(time.dateTime));
    const waiting = this.cards().length;
    document.title = `${waiting ? `(${waiting}) ` : ""}${document.title.replace(/^\(\d+\) /, "")}`;
  }

  setOnline(isOnline: boolean): void {
    const note = find("[data-offline]", this.main);
    note.hidden = isOnline;
    note.textContent = isOnline ? "" : word("desk.offline");
  }

  private onClick(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-decline-url]");
    if (!button) return;
    find<HTMLFormElement>("[data-decline-form]").action = button.dataset.declineUrl ?? "";
    this.dialog.showModal();
  }
}
