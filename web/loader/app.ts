/** The visitor's way: ask → wait → link → consent → live → ended, over as many page loads as it takes. */

import type { Assistance, Moment, Stub, Tokens } from "../protocol/stub";
import { clipped } from "../protocol/text";
import { Api, Problem } from "./api";
import { tellEnding } from "./ending";
import { Landing } from "./landing";
import { Lifecycle } from "./lifecycle";
import { isSamePage, pageAddress, takeTokens, tokenIn } from "./link";
import { Live } from "./live";
import { RequestSocket, type RequestStatus } from "./request_socket";
import { erase, forgetSaid, loadState, type Saved, saveState, saveValue } from "./store";
import { Tabs } from "./tabs";
import { type FormValues, View } from "./view";
import { endedWords, useLanguage, word } from "./words";

const TITLE_MOST = 300;
export const VERSION = "1";

type Asking = Partial<FormValues> & { ticket?: number };
type Phase = "off" | "requested" | "linked" | "live" | "ended";

export class App implements Assistance {
  private readonly api: Api;
  private readonly view: View;
  private saved: Saved | null = null;
  private socket: RequestSocket | null = null;
  private live: Live | null = null;
  private readonly tabs: Tabs;
  private readonly landing: Landing;

  constructor(private readonly stub: Stub) {
    const { base, publicKey, language } = stub.options;
    useLanguage(language);
    this.api = new Api(base, publicKey, language);
    this.view = new View(stub.shell);
    this.tabs = new Tabs(stub.radio, {
      saved: () => this.saved,
      live: (shared) => this.join(shared),
      choice: (choice) => this.live?.follow(choice),
    });
    this.landing = new Landing(this.api, this.view, {
      saved: () => this.saved,
      keep: (saved) => this.keep(saved),
      asking: () => this.mark("linked"),
      agreed: (redeemed) => this.agreed(redeemed),
      refused: () => this.finish("consent_refused"),
      dead: (message) => this.answer(word("problem.title"), message),
    });
    this.reset();
    new Lifecycle(
      (isAsleep) => this.leave(isAsleep),
      (wasAsleep) => this.comeBack(wasAsleep),
    );
    window.addEventListener("hashchange", () => this.followFragment());
  }

  /** Resolves once agents see the request; rejects with a `Problem` that has a stable `code`. */
  async request(values: Asking, { identity, address, title }: Moment): Promise<{ requestId: string }> {
    if (this.saved) throw new Problem("busy", word(this.saved.phase === "live" ? "live.title" : "waiting.title"));
    const asked = await this.api.ask({
      note: values.note ?? "",
      name: values.name ?? "",
      email: values.email ?? "",
      page_url: pageAddress(address),
      page_title: clipped(title, TITLE_MOST),
      ...(values.ticket ? { ticket: values.ticket } : {}),
      ...(Object.keys(identity).length ? { identity } : {}),
    });
    const requestId = asked.request_id;
    if (asked.state === "pending") {
      this.keep({ phase: "requested", requestId, requestToken: asked.request_token, message: asked.message });
      this.follow();
    } else this.answer(word("answer.title"), asked.message);
    this.stub.emit("requested", { requestId, state: asked.state });
    return { requestId };
  }

  end(): void {
    if (this.live) this.live.end();
    else if (this.saved) this.cancel();
  }

  nativePage(page: never): void {
    this.live?.nativePage(page);
  }

  nativeUpdate(update: never): void {
    this.live?.nativeUpdate(update);
  }

  async start({ token, ticket }: Tokens): Promise<void> {
    tellEnding(VERSION);
    const saved = loadState();
    // An orderly left document has handed its state to us; otherwise it may still be alive in another tab.
    if (saved && (saved.isLeft || !(await this.tabs.areIn(saved)))) this.keep({ ...saved, isLeft: false });
    else if (saved) erase();
    if (saved && !saved.isLeft) forgetSaid(); // that document crashed
    if (ticket) await this.redeem(ticket);
    if (this.saved?.phase === "live") return this.goLive();
    const { requestToken, landing } = this.saved ?? {};
    if (requestToken) this.follow();
    if (token) return this.landing.land(token);
    this.stub.radio.ask();
    if (landing) return this.landing.ask(landing.token, landing.landed);
    const kept = !requestToken && this.saved?.link && tokenIn(new URL(this.saved.link).hash);
    if (kept) await this.landing.land(kept);
  }

  /** A session goes on here from another origin; with one that this tab was in already, its frames go on as well. */
  private async redeem(ticket: string): Promise<void> {
    const joined = await this.api.join(ticket).catch(() => null);
    if (!joined || joined.sessionId === this.saved?.sessionId) return;
    erase();
    this.keep(joined);
  }

  /** Another tab of this origin is in a session, for which the visitor has agreed; a request of its own is not lost. */
  join(live: object): void {
    const { saved } = this;
    const shared = live as Saved;
    const ownRequest = saved?.landing?.landed.request_id ?? saved?.requestId;
    if (this.live || (saved ? ownRequest !== shared.requestId : this.landing.token)) return;
    this.socket?.close();
    this.landing.token = "";
    erase();
    if (shared.fields) saveValue("fields", shared.fields);
    this.keep(shared);
    this.goLive();
  }

  private followFragment(): void {
    const { token } = takeTokens();
    if (token && !this.live) void this.landing.land(token);
  }

  openForm(): void {
    const { name = "", email = "" } = this.stub.said.identity;
    const send = async (values: FormValues): Promise<void> => void (await this.request(values, this.now()));
    this.view.form({ note: "", name, email }, send, () => this.reset());
  }

  private now(): Moment {
    return { identity: this.stub.said.identity, address: location.href, title: document.title };
  }

  private follow(): void {
    const { requestId, requestToken, message = "" } = this.saved as Required<Saved>;
    if (this.saved!.link) this.showLink();
    else {
      this.mark("requested");
      this.view.waiting(message, () => this.cancel());
    }
    this.socket?.close();
    const onStatus = (status: RequestStatus): void => this.hear(status);
    this.socket = new RequestSocket(this.api, requestId, requestToken, onStatus, () => this.clear());
  }

  private hear(status: RequestStatus): void {
    const { link_state: state = "open" } = status;
    if (!this.saved || (this.landing.token && !this.landing.isOverFor(state))) return;
    if (status.state === "pending") this.view.waiting(status.message, () => this.cancel());
    else if (status.link) {
      if (this.saved.link === status.link) return;
      this.keep({ ...this.saved, phase: "linked", link: status.link, agentName: status.agent_name });
      this.showLink();
      this.stub.emit("link", { url: status.link, agentName: status.agent_name });
    } else if (state === "redeemed" || state === "live") this.tellElsewhere(status.message);
    else this.answer(word("answer.title"), status.message);
  }

  /** Nothing is left to cancel here; what comes of it is still heard. */
  private tellElsewhere(message: string): void {
    this.landing.token = "";
    this.keep({ ...this.saved!, landing: undefined });
    this.mark("off");
    this.view.ended(word("answer.title"), message, () => this.clear());
  }

  private showLink(): void {
    const { agentName = "", link = "" } = this.saved!;
    this.mark("linked");
    const open = (event: Event): void => {
      if (!isSamePage(link, pageAddress())) return;
      // The page is this one: an application that routes by fragment need not see the token.
      event.preventDefault();
      void this.landing.land(tokenIn(new URL(link).hash)!);
    };
    this.view.linked(agentName, link, open, () => this.cancel());
  }

  private cancel(): void {
    const { requestId, requestToken } = this.saved!;
    const told = ({ code, message }: Problem): void => {
      if (code === "already_begun") this.view.ended(word("answer.title"), message, () => this.reset());
    };
    if (requestId && requestToken) this.api.cancel(requestId, requestToken).catch(told);
    this.clear();
  }

  private agreed(redeemed: Saved): void {
    this.socket?.close();
    this.keep(redeemed);
    this.goLive();
  }

  private goLive(): void {
    const saved = this.saved!;
    let isTold = false;
    this.mark("live");
    this.live = new Live({
      stub: this.stub,
      version: VERSION,
      saved,
      view: this.view,
      onChoice: (choice) => this.tabs.choose(choice),
      onLive: () => {
        if (!isTold) this.stub.emit("live", { sessionId: saved.sessionId });
        isTold = true;
      },
      onEnded: (reason) => this.finish(reason),
    });
  }

  private finish(reason: string): void {
    this.clear();
    this.mark("ended");
    const title = word(reason === "replaced" ? "replaced.title" : "ended.title");
    this.view.ended(title, endedWords(reason), () => this.reset());
    this.stub.emit("ended", { reason });
  }

  /** The matter is closed for now, and the visitor reads why. */
  private answer(title: string, message: string): void {
    this.clear();
    this.view.answer(
      title,
      message,
      () => this.openForm(),
      () => this.reset(),
    );
  }

  private clear(): void {
    this.socket?.close();
    this.socket = this.live = this.saved = null;
    this.landing.token = "";
    erase();
    this.reset();
  }

  private reset(): void {
    this.mark("off");
    this.view.idle(() => this.openForm());
  }

  private keep(saved: Saved): void {
    this.saved = saved;
    saveState(saved);
  }

  private leave(isAsleep: boolean): void {
    this.live?.suspend(isAsleep);
    this.socket?.close();
    this.stub.radio.close();
    if (this.saved) saveState({ ...this.saved, isLeft: true });
  }

  private comeBack(wasAsleep: boolean): void {
    this.stub.radio.open();
    if (this.live && loadState()?.sessionId === this.saved?.sessionId) this.live.revive(wasAsleep);
    else if (this.live) this.live.finish("other");
    else {
      this.saved = this.socket = null;
      this.landing.token = "";
      this.reset();
      void this.start(takeTokens());
    }
  }

  private mark(phase: Phase): void {
    document.documentElement.dataset.alongside = phase;
  }
}
