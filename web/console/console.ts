/** The live console: server → stage, stage → page. */

import { PAGE_TOO_LARGE, type Unread } from "../protocol/operations";
import type { StageReport } from "../protocol/seam";
import { type ConsoleReply, decodeFrame, type Frame, FrameKind, isShelf } from "../protocol/wire";
import { ConsoleChannel, type Queue } from "./channel";
import { wireCopy } from "./copy";
import { listenToDesk } from "./desk_events";
import { closeButtons, find } from "./dom";
import { Pages } from "./pages";
import { Quality } from "./quality";
import { showRecording } from "./recording";
import { Resyncs } from "./resyncs";
import { StageFrame } from "./stage_frame";
import { Tabs } from "./tabs";
import { type State, View } from "./view";
import { bytes, word } from "./words";

const REPORT_MS = 10_000;

export function runConsole(main: HTMLElement): void {
  const view = new View(main);
  wireButtons(main);
  if (view.state !== "ended") new Console(main, view);
  void showRecording(main);
  listenToDesk({
    event(kind, { id, has_agreed }) {
      if (/^recording\.|^joined$/.test(kind)) void showRecording(main);
      if (kind === "session.changed" && id === main.dataset.sessionId && has_agreed) view.setAgreed();
    },
  });
}

class Console {
  private readonly channel: ConsoleChannel;
  private readonly stage: StageFrame;
  private readonly pages: Pages;
  private readonly tabs: Tabs;
  private startedAt = 0;
  private lastState: State;
  private readonly quality = new Quality();
  private readonly counted = { missing: 0, resyncs: 0, lags: 0 };
  /** The last frame of a page that came with its queue. */
  private readonly caughtUp = new Map<number, number>();
  /** What could not be read, by page and by what it is. */
  private readonly unread = new Map<number, Map<string, Unread>>();
  private readonly asked = new Set<number>();
  /** The page about which the agent was told so. */
  private tooLarge = 0;
  private readonly resyncs = new Resyncs((page, detail) => this.resync(page, detail), {
    now: () => Date.now(),
    after: (ms, call) => void setTimeout(call, ms),
  });

  constructor(
    private readonly main: HTMLElement,
    private readonly view: View,
  ) {
    this.lastState = view.state;
    this.pages = new Pages(main);
    this.tabs = new Tabs(main, this.pages);
    this.stage = new StageFrame(find("[data-testid=assist-stage]", main), find("[data-stage-box]", main), {
      report: (report) => this.onReport(report),
      failed: () => view.setFault(word("error.stage", { origin: this.stage.origin })),
    });
    this.stage.post({ type: "language", language: document.documentElement.lang });
    wireScale(main, this.stage);
    this.channel = new ConsoleChannel(main.dataset.sessionId ?? "", {
      reply: (reply) => this.onReply(reply),
      frame: (frame, data) => this.onFrame(frame, data),
      queue: (queue) => this.onQueue(queue),
      lost: (since) => this.onLost(since),
      refused: (code) => this.onRefused(code),
    });
    setInterval(() => this.showQuality(), 1000);
    setInterval(() => this.report(), REPORT_MS);
    addEventListener("pagehide", () => this.report());
  }

  private onReply(reply: ConsoleReply): void {
    if (reply.type === "welcome") this.onWelcome(reply);
    else if (reply.type === "state") this.setState(reply.state as State, reply.since);
    else if (reply.type === "watchers") this.view.setWatching(reply);
    else if (reply.type === "tabs") this.tabs.reset(reply.tabs);
    else if (reply.type === "lagging") this.onLagging(reply.dropped_bytes);
    else if (reply.type === "ended") this.end(reply.reason);
  }

  private onWelcome(reply: Extract<ConsoleReply, { type: "welcome" }>): void {
    const { state, since, started_at, end_reason } = reply.session;
    this.startedAt = started_at ?? 0;
    this.asked.clear();
    this.view.setFault("");
    this.view.setWatching(reply.watching);
    this.pages.reset(reply.pages, reply.page);
    this.tabs.reset(reply.tabs);
    if (state === "ended") this.end(end_reason ?? "");
    else this.setState(state as State, since);
  }

  private setState(state: State, since?: number): void {
    this.startedAt ||= state === "waiting" ? 0 : this.channel.now();
    this.lastState = state;
    if (state === "reconnecting") this.view.setReconnecting("visitor", this.channel.ageMs(since ?? this.channel.now()));
    else this.view.setState(state);
  }

  private onLagging(droppedBytes: number): void {
    this.counted.lags += 1;
    this.view.setFault(word("lagging", { bytes: bytes(droppedBytes) }));
  }

  private onFrame(frame: Frame, data: ArrayBuffer): void {
    if (frame.kind === FrameKind.GAP) this.counted.missing += missingIn(frame);
    if (frame.kind === FrameKind.SNAPSHOT) this.resyncs.answered(frame.page);
    this.pages.take(frame);
    this.tabs.take(frame);
    this.stage.post({ type: "frames", frames: [data], received: [this.channel.now()], live: true }, [data]);
  }

  private onQueue({ page, frames, current }: Queue): void {
    this.asked.delete(page);
    if (isShelf(page)) return this.postQueue(page, frames);
    // The visitor's page first; what the stage gets is gone here.
    const about = frames.filter(([kind]) => kind !== FrameKind.OPERATIONS).map((bytes) => decodeFrame(bytes.slice()));
    this.caughtUp.set(page, frames.length ? decodeFrame(frames.at(-1)!).seq : 0);
    this.postQueue(page, frames);
    if (current) this.stage.post({ type: "show", page: current });
    this.pages.takeQueue(about, current);
    this.tabs.draw();
  }

  private postQueue(page: number, frames: Queue["frames"]): void {
    this.stage.post({ type: "queue", page, frames }, [...new Set(frames.map(({ buffer }) => buffer))]);
  }

  private onReport(report: StageReport): void {
    if (report.type === "applied") this.onApplied(report);
    else if (report.type === "taken") this.channel.taken(report.bytes);
    else if (report.type === "need") this.fetch(report.page);
    else if (report.type === "fault") this.onFault(report.page, report.detail);
    else if (report.type === "operation") this.addLog(report);
    else if (report.type === "unread") this.onUnread(report.page, report.items);
  }

  /** What came with a queue is old, so it says nothing about the latency. */
  private onApplied(report: Extract<StageReport, { type: "applied" }>): void {
    if (report.page !== this.pages.current) return;
    this.view.setApplied(report);
    if (this.tooLarge && this.tooLarge !== report.page) this.view.setFault("");
    if (this.tooLarge !== report.page) this.tooLarge = 0;
    this.view.setUnread([...(this.unread.get(report.page)?.values() ?? [])]);
    if (report.seq > (this.caughtUp.get(report.page) ?? 0)) this.measure(report, this.channel.ageMs(report.time));
  }

  private measure(report: { tab: number; seq: number }, latencyMs: number): void {
    this.view.setLatency(latencyMs);
    this.quality.take(report, latencyMs, performance.now());
  }

  private showQuality(): void {
    this.view.setQuality(this.quality.latencies(performance.now()), { bytes: this.channel.bytesIn, ...this.counted });
  }

  /** The server keeps the percentiles of the session from this. */
  private report(): void {
    this.quality.report((counts) => this.channel.report(counts));
  }

  private fetch(page: number): void {
    if (this.asked.has(page)) return;
    this.asked.add(page);
    this.channel.fetch(page);
  }

  private onFault(page: number, detail: string): void {
    this.view.addLog(this.channel.now() - this.startedAt, "gap", word("fault"));
    this.resyncs.want(page, detail);
  }

  private resync(page: number, detail: string): void {
    this.counted.resyncs += 1;
    this.channel.resync(page, detail);
  }

  private onUnread(page: number, items: Unread[]): void {
    if (items.some(([, reason]) => reason === PAGE_TOO_LARGE)) return this.tellTooLarge(page);
    const known = this.unread.get(page) ?? new Map<string, Unread>();
    for (const item of items) known.set(`${item[1]} ${item[0]}`, item);
    this.unread.set(page, known);
    if (page === this.pages.current) this.view.setUnread([...known.values()]);
  }

  private tellTooLarge(page: number): void {
    this.tooLarge = page;
    this.view.setFault(word("page.too_large"));
  }

  private addLog(report: Extract<StageReport, { type: "operation" }>): void {
    this.view.addLog(report.time - this.startedAt, report.name, report.text);
  }

  private onLost(since: number): void {
    if (this.view.state !== "ended" && this.lastState !== "waiting")
      this.view.setReconnecting("desk", Date.now() - since);
  }

  private onRefused(code: string): void {
    if (code === "session_ended") return this.end("");
    const known = code === "not_allowed" || code === "version";
    this.view.setFault(known ? word(`error.${code}`) : word("error.other", { code }));
  }

  private end(reason: string): void {
    this.report();
    this.showQuality();
    this.channel.stop();
    this.view.setEnded(reason);
    void showRecording(this.main);
  }
}

/** Those that the gap names, or the one whose place it took. */
function missingIn({ payload }: Frame): number {
  const gap = JSON.parse(new TextDecoder().decode(payload)) as { from_seq: number; to_seq: number };
  return Math.max(1, gap.to_seq - gap.from_seq + 1);
}

function wireScale(main: HTMLElement, stage: StageFrame): void {
  const button = find<HTMLButtonElement>("[data-scale]", main);
  button.addEventListener("click", () => {
    const ownSize = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(ownSize));
    stage.setFits(!ownSize);
  });
}

function wireButtons(main: HTMLElement): void {
  const dialog = find<HTMLDialogElement>("[data-end-dialog]");
  closeButtons(dialog);
  main.querySelector("[data-end]")?.addEventListener("click", () => dialog.showModal());
  const link = main.querySelector<HTMLElement>("[data-copies]");
  if (link) wireCopy(link);
}
