/** The few things that every page of the desk does with its document. */

export function find<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`The page lacks ${selector}.`);
  return found;
}

/** An element with text; text never becomes markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = "",
  attributes: Record<string, string> = {},
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Light or dark as chosen in the admin, whose script keeps the choice here; else as the system has it. */
export function followTheme(): void {
  const chosen = (localStorage.getItem("adminTheme") ?? "").replaceAll('"', "");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}

/** Buttons with `data-close` close the dialog that they are in. */
export function closeButtons(dialog: HTMLDialogElement): void {
  find("[data-close]", dialog).addEventListener("click", () => dialog.close());
}
