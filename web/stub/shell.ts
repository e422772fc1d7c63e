/** Where the visitor sees us: one open shadow root under <alongside-assist>, with the help button. */

import { button, element, icon } from "../loader/dom";
import type { Shell } from "../protocol/stub";
import { STYLES } from "./styles";
import type { Words } from "./words";

const HELP =
  "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm1 16h-2v-2h2v2Zm1.600-6.600-.9.9c-.5.5-.7.9-.7 1.700h-2c0-1.300.4-2.200 1.200-3l1-1a1.500 1.500 0 1 0-2.700-1h-2a3.500 3.500 0 1 1 6.100 2.400Z";

export class LoaderShell implements Shell {
  readonly host = document.createElement("alongside-assist");
  readonly root = this.host.attachShadow({ mode: "open" });
  readonly shown = element("div", { class: "own" });
  private problem: HTMLElement | null = null;

  constructor(
    private readonly words: Words,
    private readonly hasButton: boolean,
  ) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    this.root.adoptedStyleSheets = [sheet];
    this.root.append(this.shown);
    // A framework that replaces the page's content must not take the indicator with it.
    new MutationObserver(() => this.attach()).observe(document.documentElement, { childList: true });
    this.attach();
  }

  helpButton(ask: () => void): HTMLElement | null {
    if (!this.hasButton) return null;
    const help = element("button", { type: "button", class: "help", "data-testid": "assist-button", click: ask });
    help.append(icon(HELP), this.words.help);
    return help;
  }

  /** Beside the button, until the visitor closes it or something else is shown. */
  showProblem(text: string): void {
    this.problem?.remove();
    const close = (): void => {
      this.problem!.remove();
      this.shown.querySelector<HTMLElement>(".help")?.focus();
    };
    const row = element("div", { class: "row" }, button(this.words.close, close, { "data-close": true }));
    this.problem = element("div", { class: "card" }, element("p", { class: "error", role: "alert" }, text), row);
    this.shown.prepend(this.problem);
  }

  private attach(): void {
    if (!this.host.isConnected) document.documentElement.append(this.host);
  }
}
