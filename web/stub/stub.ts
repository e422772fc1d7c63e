/** What every page of a tenant gets: the calls, the help button, and the way to the rest when there is something to do. */

import { takeTokens } from "../loader/link";
import { hasSomething } from "../loader/store";
import type { AppOptions, Assistance, RadioMessage, Said, Stub, Tokens, TrustedPolicy } from "../protocol/stub";
import { fetchRest, type RestProblem } from "./fetch_rest";
import { Listeners } from "./listeners";
import { trustedPolicy } from "./policy";
import { TabRadio } from "./radio";
import { LoaderShell } from "./shell";
import { type Words, wordsOf } from "./words";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

export class LoaderStub implements Stub {
  readonly shell: LoaderShell;
  readonly radio: TabRadio;
  readonly said: Said = { identity: {} };
  private readonly listeners = new Listeners();
  private readonly words: Words;
  private madePolicy: TrustedPolicy | null = null;
  private app: Assistance | null = null;
  private coming: Promise<Assistance> | null = null;
  private tokens: Tokens = { token: null, ticket: null };
  private isStarted = false;
  private isEndDue = false;
  private retryTimer = 0;
  /** What the stub does for itself until the rest does it. */
  private readonly handedOver = new AbortController();

  constructor(readonly options: AppOptions) {
    this.words = wordsOf(options.language);
    this.shell = new LoaderShell(this.words, options.hasButton);
    this.radio = new TabRadio(options.publicKey, (message) => this.hear(message));
    document.documentElement.dataset.alongside = "off";
    const listen = { signal: this.handedOver.signal };
    const sleep = (): void => this.radio.close();
    window.addEventListener("hashchange", () => this.hasTokens() && this.goOn(), listen);
    window.addEventListener("pagehide", sleep, listen);
    window.addEventListener("pageshow", (event) => event.persisted && this.wake(), listen);
    document.addEventListener("freeze", sleep, listen);
    document.addEventListener("resume", () => this.wake(), listen);
  }

  /** Only on demand: a page that does not list it would report each try. */
  get policy(): TrustedPolicy {
    return (this.madePolicy ??= trustedPolicy());
  }

  emit: Stub["emit"] = (name, detail) => this.listeners.emit(name, detail);

  /** `window.Alongside`. */
  api(): object {
    const { said, listeners } = this;
    return {
      request: (values: object) => this.request(values),
      end: () => this.end(),
      on: listeners.on.bind(listeners),
      identify: (identity: Said["identity"]) => void (said.identity = identity),
      nativePage: (page: never) => {
        Object.assign(said, { page, update: undefined });
        this.app?.nativePage(page);
      },
      nativeUpdate: (update: never) => {
        said.update = update;
        this.app?.nativeUpdate(update);
      },
    };
  }

  /** Whether there is something to go on with, in this tab, in this address or in another tab. */
  look(): void {
    if (this.hasTokens() || hasSomething()) return this.goOn();
    this.offer();
    this.radio.ask();
  }

  private offer(): void {
    const help = this.shell.helpButton(() => this.ask(help!));
    if (help && !this.shell.shown.hasChildNodes()) this.shell.shown.append(help);
  }

  /** Rejects with an error that has a stable `code`. */
  private async request(values: object): Promise<{ requestId: string }> {
    const moment = { identity: this.said.identity, address: location.href, title: document.title };
    return (await this.rest()).request(values, moment);
  }

  private end(): void {
    if (this.app) this.app.end();
    else this.isEndDue = this.coming !== null;
  }

  private ask(help: HTMLElement): void {
    if (help.hasAttribute("aria-disabled")) return;
    help.setAttribute("aria-disabled", "true");
    this.rest().then(
      (app) => app.openForm(),
      (problem: RestProblem) => {
        help.removeAttribute("aria-disabled");
        this.shell.showProblem(problem.message);
      },
    );
  }

  /** Tries for as long as it takes: a session waits for it. */
  private goOn(waitMs = FIRST_RETRY_MS): void {
    clearTimeout(this.retryTimer);
    this.rest().then(
      (app) => this.start(app),
      (problem: RestProblem) => {
        this.shell.showProblem(problem.message);
        const again = (): void => this.goOn(Math.min(waitMs * 2, LONGEST_RETRY_MS));
        if (problem.code === "network") this.retryTimer = window.setTimeout(again, waitMs);
      },
    );
  }

  private start(app: Assistance): void {
    if (this.isStarted) return;
    this.isStarted = true;
    void app.start(this.tokens);
    if (this.isEndDue) app.end();
  }

  private hasTokens(): boolean {
    const { token, ticket } = takeTokens();
    this.tokens = { token: token ?? this.tokens.token, ticket: ticket ?? this.tokens.ticket };
    return token !== null || ticket !== null;
  }

  private hear({ to, live }: RadioMessage): void {
    if (live && to === this.radio.asked)
      void this.rest().then(
        (app) => app.join(live),
        () => undefined,
      );
  }

  /** Out of the back/forward cache, or of sleep. */
  private wake(): void {
    this.radio.open();
    if (!this.coming) this.look();
  }

  /** Rejects with a RestProblem; the next call tries again. */
  private rest(): Promise<Assistance> {
    this.coming ??= fetchRest(this, this.words, (make) => {
      this.app = make(this);
      this.handedOver.abort();
      return this.app;
    }).catch((problem) => {
      this.coming = null;
      throw problem;
    });
    return this.coming;
  }
}
