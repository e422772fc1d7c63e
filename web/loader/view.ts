/** What the visitor sees: one card, dialog or indicator at a time, in one open shadow root under <alongside-assist>. */

import type { CaptureControl } from "../protocol/seam";
import type { Shell } from "../protocol/stub";
import type { Watching } from "../protocol/wire";
import type { Landed } from "./api";
import { button, element, icon } from "./dom";
import { Overlay } from "./overlay";
import { STYLES } from "./styles";
import { usedLanguage, watchersWords, word } from "./words";

const EYE =
  "M12 5C6.5 5 2.3 9 1 12c1.3 3 5.500 7 11 7s9.700-4 11-7c-1.300-3-5.500-7-11-7Zm0 11a4 4 0 1 1 0-8 4 4 0 0 1 0 8Z";

export interface FormValues {
  note: string;
  name: string;
  email: string;
}

export interface LiveState {
  watching: Watching | null;
  isPaused: boolean;
  isConnected: boolean;
  /** Null until the page is captured. */
  control: Pick<CaptureControl, "hidden"> | null;
}

export interface LiveActions {
  pause(): void;
  resume(): void;
  end(): void;
}

export class View {
  readonly host: HTMLElement;
  private readonly root: ShadowRoot;
  private readonly said = element("div", { role: "status", "aria-live": "polite" });
  private returnTo: HTMLElement | null = null;
  private menuIsOpen = false;
  private marksHidden = false;
  private control: LiveState["control"] = null;
  private readonly overlay: Overlay;

  constructor(private readonly shell: Shell) {
    this.host = shell.host;
    this.root = shell.root;
    this.overlay = new Overlay(this.host, () => this.control?.hidden() ?? null);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    this.root.adoptedStyleSheets = [...this.root.adoptedStyleSheets, sheet];
    this.host.addEventListener("keydown", (event) => event.key === "Escape" && this.escape(event));
  }

  idle(ask: () => void): void {
    const help = this.shell.helpButton(ask);
    this.show(...(help ? [help] : []));
  }

  form(values: FormValues, send: (values: FormValues) => Promise<void>, close: () => void): void {
    const note = element("textarea", { "data-testid": "assist-note", name: "note", maxlength: "2000" });
    const name = element("input", { name: "name", autocomplete: "name", maxlength: "200" });
    const email = element("input", { name: "email", type: "email", autocomplete: "email", maxlength: "254" });
    const fields = { note, name, email } as Record<keyof FormValues, HTMLElement> as Record<
      keyof FormValues,
      HTMLInputElement
    >;
    for (const key of ["note", "name", "email"] as const) fields[key].value = values[key];
    const read = (): FormValues => ({ note: fields.note.value, name: fields.name.value, email: fields.email.value });
    const error = element("p", { class: "error", role: "alert", id: "error", hidden: true });
    const submit = element(
      "button",
      { type: "submit", class: "main", "data-testid": "assist-send" },
      word("form.send"),
    );
    const form = element(
      "form",
      { class: "card", novalidate: true },
      element("p", { class: "quiet" }, word("form.intro")),
      element("label", {}, word("form.note"), note),
      element("label", {}, word("form.name"), name),
      element("label", {}, word("form.email"), email),
      error,
      element("div", { class: "row" }, button(word("close"), close, { "data-close": true }), submit),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!begin(submit)) return;
      send(read()).catch((problem: Error) => {
        submit.removeAttribute("aria-disabled");
        error.hidden = false;
        error.textContent = problem.message;
        if ((problem as { code?: string }).code !== "bad_email") return;
        fields.email.setAttribute("aria-invalid", "true");
        fields.email.setAttribute("aria-describedby", "error");
        fields.email.focus();
      });
    });
    this.dialog(form, word("form.title"), { isModal: false });
    note.focus();
  }

  waiting(message: string, cancel: () => void): void {
    this.message(word("waiting.title"), message, [button(word("cancel"), cancel)]);
  }

  linked(agent: string, link: string, open: (event: Event) => void, cancel: () => void): void {
    const anchor = element(
      "a",
      { class: "button main", href: link, "data-testid": "assist-link" },
      word("linked.open"),
    );
    anchor.addEventListener("click", open);
    this.message(word("linked.title"), word("linked.text", { agent }), [button(word("cancel"), cancel), anchor]);
  }

  /** An answer that ends the matter for now: why, and how to ask again. */
  answer(title: string, message: string, again: () => void, close: () => void): void {
    const row = [
      button(word("close"), close, { "data-close": true }),
      button(word("again"), again, { class: "main", "data-testid": "assist-again" }),
    ];
    this.message(title, message, row, { "data-testid": "assist-problem" });
  }

  ended(title: string, message: string, close: () => void): void {
    this.message(title, message, [button(word("close"), close, { "data-close": true })]);
  }

  consent(landed: Landed, agree: () => Promise<void>, refuse: () => void): void {
    const error = element("p", { class: "error", role: "alert", hidden: true });
    const yes = element(
      "button",
      { type: "button", class: "main", "data-testid": "assist-consent" },
      word("consent.agree"),
    );
    yes.addEventListener("click", () => {
      if (!begin(yes)) return;
      agree().catch((problem: Error) => {
        yes.removeAttribute("aria-disabled");
        error.hidden = false;
        error.textContent = problem.message;
      });
    });
    const no = button(word("consent.refuse"), refuse, { "data-close": true });
    const text = element("p", { id: "text" }, landed.consent_text);
    const card = element("div", { class: "card" }, text, error, element("div", { class: "row" }, no, yes));
    const title = word("consent.title", { agent: landed.agent_name, tenant: landed.tenant_name });
    this.dialog(card, title, { isModal: true });
    no.focus();
  }

  /** The icon stays for as long as the channel is open. */
  live(state: LiveState, actions: LiveActions): void {
    const hadFocus = (this.root.activeElement as HTMLElement | null)?.dataset.testid;
    const menu = this.liveMenu(state, actions);
    const isOff = state.isPaused || !state.isConnected;
    const dot = element("button", {
      type: "button",
      class: isOff ? "dot off" : "dot",
      "data-testid": "assist-indicator",
      "aria-label": word("live.label"),
      "aria-expanded": String(this.menuIsOpen),
      title: word("live.title"),
    });
    dot.append(icon(EYE));
    dot.addEventListener("click", () => this.toggleMenu(menu, dot));
    this.show(menu, dot);
    if (hadFocus) this.root.querySelector<HTMLElement>(`[data-testid="${hadFocus}"]`)?.focus();
  }

  private liveMenu(state: LiveState, actions: LiveActions): HTMLElement {
    const text = state.isPaused
      ? word("live.paused")
      : state.isConnected
        ? watchersWords(state.watching)
        : word("live.connecting");
    const pause = state.isPaused
      ? button(word("live.resume"), actions.resume, { "data-testid": "assist-pause" })
      : button(word("live.pause"), actions.pause, { "data-testid": "assist-pause" });
    const end = button(word("live.end"), actions.end, { class: "main", "data-testid": "assist-end" });
    const said = element("p", { role: "status" }, text);
    const menu = element("div", {
      class: "card menu",
      role: "group",
      "aria-label": word("live.title"),
      hidden: !this.menuIsOpen,
    });
    menu.append(element("h2", {}, word("live.title")), said, ...this.marker(state));
    menu.append(element("div", { class: "row" }, pause, end));
    return menu;
  }

  private marker({ control }: LiveState): HTMLElement[] {
    this.control = control;
    if (!control) this.unmark();
    const toggle = (): void => {
      this.marksHidden = !this.marksHidden;
      switched.setAttribute("aria-pressed", String(this.marksHidden));
      this.overlay.show(this.marksHidden, usedLanguage());
    };
    const properties = { "data-testid": "assist-show", "aria-pressed": String(this.marksHidden) };
    const switched = button(word("live.show"), toggle, properties);
    return control ? [switched] : [];
  }

  /** The agent sees nothing more. */
  unmark(): void {
    this.marksHidden = false;
    this.overlay.show(false);
  }

  private toggleMenu(menu: HTMLElement, dot: HTMLElement): void {
    this.menuIsOpen = !this.menuIsOpen;
    menu.hidden = !this.menuIsOpen;
    dot.setAttribute("aria-expanded", String(this.menuIsOpen));
  }

  private message(title: string, text: string, row: HTMLElement[], properties: Record<string, string> = {}): void {
    const heading = element("h2", {}, title);
    const body = element("p", properties, text);
    const card = element(
      "section",
      { class: "card", "aria-label": title, tabindex: "-1" },
      heading,
      body,
      element("div", { class: "row" }, ...row),
    );
    this.show(card);
    this.say(`${title}. ${text}`);
  }

  private dialog(card: HTMLElement, title: string, { isModal }: { isModal: boolean }): void {
    card.prepend(element("h2", { id: "title" }, title));
    card.setAttribute("role", "dialog");
    card.setAttribute("aria-labelledby", "title");
    if (card.querySelector("#text")) card.setAttribute("aria-describedby", "text");
    const returnTo = document.activeElement as HTMLElement | null;
    this.show(isModal ? element("div", { class: "backdrop" }, card) : card);
    this.returnTo = returnTo;
    card.setAttribute("aria-modal", String(isModal));
    card.addEventListener("keydown", (event) => event.key === "Tab" && keepFocus(card, this.root, event));
  }

  /** Who had the focus in what goes away has it in what comes, never at the beginning of the page. */
  private show(...nodes: HTMLElement[]): void {
    const hadFocus = this.root.activeElement !== null;
    this.shell.shown.replaceChildren(...nodes);
    this.said.remove();
    const { returnTo } = this;
    this.returnTo = null;
    if (returnTo && returnTo !== this.host && returnTo !== document.body && returnTo.isConnected) returnTo.focus();
    else if (hadFocus) this.root.querySelector<HTMLElement>(".card[tabindex], .help, .dot")?.focus();
  }

  private say(text: string): void {
    this.root.append(this.said);
    this.said.className = "said";
    this.said.textContent = text;
  }

  private escape(event: Event): void {
    const close = this.root.querySelector<HTMLElement>("[data-close]");
    const menu = this.root.querySelector<HTMLElement>(".menu:not([hidden])");
    if (menu) this.root.querySelector<HTMLElement>(".dot")?.click();
    else if (close) close.click();
    else return;
    event.stopPropagation();
  }
}

function keepFocus(card: HTMLElement, root: ShadowRoot, event: KeyboardEvent): void {
  const stops = [...card.querySelectorAll<HTMLElement>("button:not([disabled]), input, textarea, a[href]")];
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (root.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}

/** False while it is at work already. A button that is disabled would lose the focus. */
function begin(button: HTMLElement): boolean {
  if (button.hasAttribute("aria-disabled")) return false;
  button.setAttribute("aria-disabled", "true");
  return true;
}
