/** Sessions that change hands: what is offered to this person, and, in a console, whose session it is. */

import { listenToDesk } from "./desk_events";

/** Called once a page; `data-offers` and `data-agents` are read anew after each event that may change them. */
export function followHandOvers(): void {
  const offers = document.querySelector<HTMLElement>("[data-offers]");
  const agents = document.querySelector<HTMLElement>("[data-agents]");
  agents?.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(agents, event.target as HTMLFormElement);
  });
  listenToDesk({
    event(kind) {
      if (!/^(hand_over|session)\.|^joined$/.test(kind)) return;
      for (const part of [offers, agents]) if (part) void read(part);
    },
    online: () => undefined,
  });
}

async function read(part: HTMLElement): Promise<void> {
  const answer = await fetch(part.dataset.url ?? "", { redirect: "error" });
  // Whoever is choosing a colleague is not interrupted.
  const { activeElement } = document;
  if (!answer.ok || (activeElement?.matches("select") && part.contains(activeElement))) return;
  replace(part, await answer.text());
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
