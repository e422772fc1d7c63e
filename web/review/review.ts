/** The review page: video, replay, chapters, log and timeline on one clock, which is ms since the session's start. */

import { listenToDesk } from "../console/desk_events";
import { closeButtons, find } from "../console/dom";
import { StageFrame } from "../console/stage_frame";
import { clock, type Word, word } from "../console/words";
import { Address, timeOfAddress } from "./address";
import { Archive } from "./archive";
import { Backoff } from "./backoff";
import { Chapters } from "./chapters";
import { Controls } from "./controls";
import { Fault } from "./fault";
import { type Deed, listenToKeys } from "./keys";
import { Log } from "./log";
import { LogRows } from "./log_rows";
import { type Outline, readOutline } from "./outline";
import { noteMarks, TIME_EVENT } from "./panels";
import { read, Unreadable } from "./reading";
import { Replay } from "./replay";
import { VideoTime } from "./skips";
import { markWords, Timeline } from "./timeline";
import { RATES, STEP_MS, Transport } from "./transport";

const LOADED = 1;

export class Review {
  private readonly videoTime: VideoTime;
  private readonly transport: Transport;
  private readonly timeline: Timeline;
  private readonly log: Log;
  private readonly chapters: Chapters;
  private readonly controls: Controls;
  private readonly stage: StageFrame;
  private readonly address = new Address();
  private readonly backoff = new Backoff(() => void this.load());
  private readonly replayFault: Fault;
  private readonly logFault: Fault;
  private readonly videoFault: Fault | null;
  private replay: Replay | null = null;
  private outline: Outline | null = null;
  private isInspecting = false;

  constructor(private readonly main: HTMLElement) {
    const seek = (atMs: number): void => this.seek(atMs);
    this.videoTime = new VideoTime(JSON.parse(main.dataset.skips ?? "[]"));
    this.replayFault = this.fault("[data-replay-fault]", () => (this.replay ?? this).retry());
    this.logFault = this.fault("[data-log-fault]", () => this.log.retry());
    this.videoFault = main.querySelector("video") && this.fault("[data-video-fault]", () => this.transport.reopen());
    this.transport = this.makeTransport();
    this.timeline = new Timeline(main, this.videoTime, seek);
    this.chapters = new Chapters(main);
    this.log = this.makeLog();
    this.controls = this.makeControls();
    this.stage = this.makeStage();
    listenToKeys((deed) => this.act(deed));
    this.wire();
    this.transport.durationMs = this.timeline.length;
    this.transport.open(timeOfAddress());
    this.show(this.transport.nowMs);
    void this.load();
  }

  private makeTransport(): Transport {
    return new Transport(this.main.querySelector("video"), this.main.dataset.videoUrl ?? "", this.videoTime, {
      time: (atMs) => this.show(atMs),
      state: (isPlaying, rate) => this.controls.showState(isPlaying, rate),
      shown: () => this.videoFault?.hide(),
      failed: (error) => this.tell(this.videoFault, "fault.video", error),
    });
  }

  private fault(selector: string, again: () => void): Fault {
    return new Fault(find(selector, this.main), again);
  }

  private makeLog(): Log {
    return new Log((atMs) => this.seek(atMs), {
      shown: () => this.logFault.hide(),
      failed: (error) => this.tell(this.logFault, "fault.log", error),
    });
  }

  private makeControls(): Controls {
    return new Controls(this.main, {
      toggle: () => this.transport.toggle(),
      rate: (rate) => this.transport.setRate(rate),
      mark: (step) => this.stepMark(step),
      inspect: () => this.inspect(),
      fullscreen: () => this.fullscreen(),
      help: () => find<HTMLDialogElement>("[data-keys]", this.main).showModal(),
      now: () => this.transport.nowMs,
    });
  }

  private makeStage(): StageFrame {
    const stage = new StageFrame(
      find("[data-testid=recording-replay]", this.main),
      find("[data-stage-box]", this.main),
      {
        report: (report) => {
          if (report.type === "picked") this.pick(report.time);
          if (report.type === "shown") find("[data-replay-page]", this.main).textContent = report.title || report.url;
        },
        failed: () => this.say(word("error.stage", { origin: this.stage.origin })),
      },
    );
    stage.post({ type: "language", language: document.documentElement.lang });
    return stage;
  }

  /** Whatever names a time leads there. */
  private wire(): void {
    this.main.addEventListener("click", (event) => {
      const found = (event.target as Element).closest<HTMLElement>("[data-seek]");
      if (found) this.seek(Number(found.dataset.seek));
    });
    this.main.querySelector("video")?.addEventListener("click", () => this.transport.toggle());
    closeButtons(find<HTMLDialogElement>("[data-keys]", this.main));
    noteMarks(this.main, (notes) => this.timeline.pin(notes));
    window.addEventListener("blur", () => setTimeout(() => this.ownKeys()));
    listenToDesk({ event: (kind, { id }) => void (this.isDeletion(kind, id) && this.check()) });
  }

  private isDeletion(kind: string, id: unknown): boolean {
    return kind === "recording.deleted" && id === this.main.dataset.recordingId;
  }

  /** The outline at once, where it has failed. */
  retry(): void {
    this.backoff.now();
  }

  /** Whether the recording is there still, and this person may see it: a part that can't be had does not say. */
  async check(): Promise<void> {
    try {
      await read(this.main.dataset.stateUrl ?? "");
    } catch (error) {
      const { lost } = error as Unreadable;
      if (lost) this.end(lost);
    }
  }

  /** Nothing of it can be had any more: what is on the page stays, and nothing is asked for again. */
  private end(lost: "deleted" | "signed_out"): void {
    for (const part of [this.backoff, this.replay, this.log]) part?.stop();
    this.transport.pause();
    for (const fault of [this.replayFault, this.logFault, this.videoFault]) fault?.hide();
    this.say("");
    const place = find(`[data-lost=${lost}]`, this.main);
    place.hidden = false;
    place.scrollIntoView({ block: "nearest" });
  }

  private async load(): Promise<void> {
    const { outlineUrl = "", archiveUrl = "", logUrl = "" } = this.main.dataset;
    try {
      const outline = await readOutline(outlineUrl, () => this.say(word("replay.preparing")));
      this.outline = outline;
      this.transport.durationMs = outline.duration_ms;
      this.timeline.fill(outline);
      this.chapters.fill(outline.chapters);
      this.log.fill(new LogRows(logUrl, outline.log));
      find("[data-log-cut]", this.main).hidden = !outline.log.is_cut;
      this.replay = new Replay(this.stage, new Archive(archiveUrl, outline), outline.started_ms, {
        progress: (share) => this.tellProgress(share),
        failed: (error) => this.tell(this.replayFault, "fault.replay", error),
      });
      this.show(this.transport.nowMs);
      this.replayFault.hide();
    } catch (error) {
      this.backoff.failed();
      this.tell(this.replayFault, "fault.replay", error as Error);
    }
  }

  private seek(atMs: number): void {
    if (this.isInspecting) this.inspect();
    this.transport.seek(atMs);
  }

  private show(atMs: number): void {
    this.controls.showTime(atMs, this.timeline.length);
    this.timeline.show(atMs);
    this.chapters.follow(atMs);
    this.log.follow(atMs);
    if (!this.isInspecting) this.replay?.show(atMs);
    this.address.keep(atMs);
    this.main.dispatchEvent(new CustomEvent(TIME_EVENT, { detail: { atMs } }));
  }

  private act(deed: Deed): void {
    const { transport } = this;
    switch (deed.name) {
      case "toggle":
        return transport.toggle();
      case "move":
        return this.seek(transport.nowMs + deed.ms);
      case "picture":
        transport.pause();
        return this.seek(transport.nowMs + deed.step * STEP_MS);
      case "rate":
        return transport.setRate(RATES[RATES.indexOf(transport.rate) + deed.step] ?? transport.rate);
      case "mark":
        return this.stepMark(deed.step);
      case "chapter":
        return this.seek(this.chapters.start(deed.number) ?? transport.nowMs);
      case "start":
        return this.seek(0);
      case "end":
        return this.seek(this.timeline.length);
      case "inspect":
        return this.inspect();
      case "fullscreen":
        return this.fullscreen();
      case "help":
        find<HTMLDialogElement>("[data-keys]", this.main).showModal();
    }
  }

  private stepMark(step: 1 | -1): void {
    const mark = this.timeline.markFrom(this.transport.nowMs, step);
    if (!mark) return this.controls.say(word("marks.no_more"));
    this.seek(mark[0]);
    this.controls.say([clock(mark[0]), markWords(mark), mark[2]].filter(Boolean).join(" · "));
  }

  /** In the replay something was clicked: to when the visitor used it. */
  private pick(timeMs: number | null): void {
    this.ownKeys();
    if (timeMs === null || !this.outline) return this.controls.say(word("replay.nothing_there"));
    this.seek(Math.max(0, timeMs - this.outline.started_ms));
  }

  /** Keys are the page's, not the frame's: it can take the focus after what was clicked in it has been told. */
  private ownKeys(): void {
    const { activeElement } = document;
    if (this.isInspecting || !(activeElement instanceof HTMLIFrameElement)) return;
    window.focus();
    activeElement.blur();
  }

  /** The replay stands still so that one can select text in it. */
  private inspect(): void {
    this.isInspecting = !this.isInspecting;
    if (this.isInspecting) this.transport.pause();
    this.controls.showInspecting(this.isInspecting);
    this.stage.post({ type: "inspect", on: this.isInspecting });
    this.controls.say(word(this.isInspecting ? "replay.inspecting" : "replay.on_the_clock"));
  }

  private fullscreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void find("[data-reels]", this.main).requestFullscreen();
  }

  private tellProgress(share: number): void {
    if (share === LOADED) this.replayFault.hide();
    this.say(share < LOADED ? word("replay.loading", { percent: Math.round(100 * share) }) : "");
  }

  private tell(fault: Fault | null, key: Word, error: Error | null): void {
    if (!(error instanceof Unreadable) && error) reportError(error);
    if (fault === this.replayFault) this.say("");
    fault?.show(word(key));
    if (error instanceof Unreadable && error.lost) void this.check();
  }

  private say(text: string): void {
    const place = find("[data-replay-words]", this.main);
    if (place.textContent !== text) place.textContent = text;
  }
}
