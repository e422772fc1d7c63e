/** Sessions that change hands: what is offered to this person, and, in a console, whose session it is. */

import { listenToDesk } from "./desk_events";
import { Reading } from "./reading";

/** Called once a page; `data-offers` and `data-agents` are read anew after each event that may change them. */
export function followHandOvers(): void {
  const offers = document.querySelector<HTMLElement>("[data-offers]");
  const agents = document.querySelector<HTMLElement>("[data-agents]");
  agents?.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(agents, event.target as HTMLFormElement);
  });
  const parts = [offers, agents].filter((part) => part !== null);
  const readings = parts.map((part) => new Reading(part.dataset.url ?? "", (html) => show(part, html)));
  listenToDesk({
    event(kind) {
      if (!/^(hand_over|session)\.|^joined$/.test(kind)) return;
      for (const reading of readings) void reading.again();
    },
  });
}

/** Whoever is choosing a colleague is not interrupted. */
function show(part: HTMLElement, html: string): void {
  const { activeElement } = document;
  if (!activeElement?.matches("select") || !part.contains(activeElement)) replace(part, html);
}

/** Whoever had the focus on a button that goes away has it on the one that comes. */
function replace(part: HTMLElement, html: string): void {
  const hadFocus = part.contains(document.activeElement);
  part.innerHTML = html;
  if (hadFocus) part.querySelector<HTMLElement>("button, select")?.focus();
}

/** The answer is the part as it is now, also where the offer was refused. */
async function submit(part: HTMLElement, form: HTMLFormElement): Promise<void> {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "error" });
  replace(part, await answer.text());
}
