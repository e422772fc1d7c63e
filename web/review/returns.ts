/**
 * A form of the page was sent, and the page comes again: with its answer under the person's hands, at the moment where
 * they were, and with what they had begun to write in the other forms. Where it was refused, or nobody was
 * signed in any more, with that as well.
 */

interface Kept {
  /** The address of the form that was sent, if the page was left so. */
  sent: string;
  time: string | null;
  /** Values by the address of their form and their name. */
  drafts: Record<string, Record<string, string>>;
}

type Field = HTMLInputElement | HTMLTextAreaElement;

export function keepDrafts(main: HTMLElement): void {
  const key = `review.drafts.${main.dataset.recordingId}`;
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null") as Kept | null;
  if (kept) restore(main, kept);
  // not before: the fragment of the address takes the focus away while the page loads
  addEventListener("load", () => main.querySelector<HTMLElement>("[data-answer]")?.focus());
  let sent = "";
  main.addEventListener("submit", ({ target }) => {
    sent = (target as HTMLFormElement).action;
  });
  addEventListener("pagehide", () => {
    const time = new URL(location.href).searchParams.get("t");
    sessionStorage.setItem(key, JSON.stringify({ sent, time, drafts: draftsOf(main) } satisfies Kept));
  });
}

function restore(main: HTMLElement, { sent, time, drafts }: Kept): void {
  const isTaken = main.querySelector("[data-answer]") !== null && !main.querySelector("[data-answer=error]");
  for (const form of main.querySelectorAll("form")) {
    const draft = form.action === sent && isTaken ? undefined : drafts[form.action];
    for (const field of fieldsOf(form)) field.value = draft?.[field.name] ?? field.value;
  }
  const url = new URL(location.href);
  if (!sent || time === null || url.searchParams.has("t")) return;
  url.searchParams.set("t", time);
  history.replaceState(history.state, "", url);
}

function draftsOf(main: HTMLElement): Kept["drafts"] {
  const begun = [...main.querySelectorAll("form")].filter((form) => fieldsOf(form).some(isChanged));
  return Object.fromEntries(
    begun.map((form) => [form.action, Object.fromEntries(fieldsOf(form).map(({ name, value }) => [name, value]))]),
  );
}

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.querySelectorAll<Field>("input[name]:not([name=csrfmiddlewaretoken]), textarea[name]")];
}

/** A hidden field's own value is its default. */
function isChanged(field: Field): boolean {
  return field.value !== field.defaultValue;
}
