/** What the console shows around the stage. */

import type { Unread } from "../protocol/operations";
import type { StageReport } from "../protocol/seam";
import type { Watching } from "../protocol/wire";
import { element, find } from "./dom";
import type { Latencies } from "./quality";
import { bytes, clock, ms, unreadWords, word, wordOf } from "./words";

export type State = "waiting" | "live" | "reconnecting" | "paused" | "ended";
type Applied = Extract<StageReport, { type: "applied" }>;

export interface Counted {
  bytes: number;
  missing: number;
  resyncs: number;
  lags: number;
}

const LOG_ROWS = 200;
const UNREAD_ROWS = 100;
const SAME_WITHIN_MS = 1000;

export class View {
  private readonly log: HTMLElement;
  private logged = { atMs: 0, name: "", text: "" };
  private readonly graceMs: number;

  constructor(readonly main: HTMLElement) {
    this.log = find("[data-log]", main);
    this.graceMs = 1000 * Number(main.dataset.graceSeconds);
    setInterval(() => this.tick(), 1000);
    this.tick();
  }

  get state(): State {
    return this.main.dataset.state as State;
  }

  setState(state: State): void {
    this.main.dataset.state = state;
    const label = find("[data-state-label]", this.main);
    label.dataset.state = state;
    label.textContent = wordOf("state", state);
  }

  /** `whose` connection broke `agoMs` ago; the clock of it runs until the state changes. */
  setReconnecting(whose: "visitor" | "desk", agoMs: number): void {
    Object.assign(find("[data-reconnecting]", this.main).dataset, { whose, since: Date.now() - agoMs });
    this.setState("reconnecting");
    this.tick();
  }

  setEnded(reason: string): void {
    if (reason) find("[data-end-reason]", this.main).textContent = wordOf("reason", reason);
    this.main.querySelector("[data-end]")?.remove();
    this.setState("ended");
  }

  setFault(text: string): void {
    const fault = find("[data-fault]", this.main);
    fault.textContent = text;
    fault.hidden = !text;
  }

  setApplied(report: Applied): void {
    const { width, height, dpr } = report.viewport;
    Object.assign(this.main.dataset, {
      pageId: report.page,
      pageKind: report.kind,
      appliedSeq: report.seq,
      viewport: `${width}x${height}@${dpr}`,
    });
    this.setFact("viewport", `${width} × ${height} @ ${dpr}`);
  }

  setLatency(latencyMs: number): void {
    this.main.dataset.latencyMs = String(Math.round(latencyMs));
  }

  /** `latencies` is null until a frame has come live. */
  setQuality(latencies: Latencies | null, counted: Counted): void {
    if (latencies) {
      this.setFact("latency", ms(latencies.nowMs));
      this.setFact("latency-p50", ms(latencies.p50Ms));
      this.setFact("latency-p95", ms(latencies.p95Ms));
    }
    this.setFact("bytes", bytes(counted.bytes));
    for (const name of ["missing", "resyncs", "lags"] as const) this.setFact(name, String(counted[name]));
  }

  /** What of the page is not as the visitor sees it: could not be read, and why. */
  setUnread(items: Unread[]): void {
    const note = find("[data-unread]", this.main);
    note.hidden = items.length === 0;
    find("summary", note).textContent = word("unread", { count: items.length });
    const rows = items.slice(0, UNREAD_ROWS).map(([what, reason]) => element("li", `${unreadWords(reason)}: ${what}`));
    find("ul", note).replaceChildren(...rows);
  }

  setWatching({ count, names, listeners }: Watching): void {
    const said = names.map((name) => (listeners.includes(name) ? word("watching.listens", { name: `${name}` }) : name));
    this.setFact("watchers", word("watching", { count, names: said.join(", ") }));
  }

  /** The newest first; what is older than the last rows is in the recording. */
  addLog(atMs: number, name: string, text: string): void {
    const isMore = name === this.logged.name && text === this.logged.text && atMs - this.logged.atMs < SAME_WITHIN_MS;
    this.logged = { atMs, name, text };
    if (isMore) return;
    const row = element("li");
    row.append(element("time", clock(atMs)), element("strong", wordOf("operation", name)), element("span", text));
    this.log.prepend(row);
    while (this.log.childElementCount > LOG_ROWS) this.log.lastElementChild?.remove();
  }

  private setFact(name: string, text: string): void {
    find(`[data-fact=${name}]`, this.main).textContent = text;
  }

  private tick(): void {
    this.tickLink();
    const gone = find("[data-reconnecting]", this.main);
    if (this.state !== "reconnecting" || !gone.dataset.since) return;
    const goneMs = Date.now() - Number(gone.dataset.since);
    const text = gone.dataset.whose === "desk" ? "desk.gone" : goneMs < this.graceMs ? "visitor.gone" : "visitor.over";
    const left = clock(Math.max(0, this.graceMs - goneMs) + 999);
    gone.textContent = word(text, { clock: clock(goneMs), left, grace: clock(this.graceMs) });
  }

  /** The link is used up, and the session waits for the visitor's page only. */
  setAgreed(): void {
    this.main.querySelector("[data-invite]")?.remove();
    const life = this.main.querySelector<HTMLElement>("[data-link-life]");
    if (life) life.dataset.agreed = "true";
    this.tickLink();
  }

  private tickLink(): void {
    const life = this.main.querySelector<HTMLElement>("[data-link-life]");
    if (!life || this.state !== "waiting") return;
    if (life.dataset.agreed) {
      life.textContent = word("link.agreed", { grace: clock(this.graceMs) });
      return;
    }
    const left = Date.parse(life.dataset.expires ?? "") - Date.now();
    life.textContent = left > 0 ? word("link.left", { clock: clock(left) }) : word("link.expired");
  }
}
