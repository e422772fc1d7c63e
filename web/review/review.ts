/** The review page: video, replay, chapters and log on one clock, which is ms since the session's start. */

import { find } from "../console/dom";
import { StageFrame } from "../console/stage_frame";
import { word } from "../console/words";
import { type Archive, loadArchive, viewportAt } from "./archive";
import { Log } from "./log";
import { watchPage } from "./progress";
import { rowsOf } from "./rows";
import { VideoTime } from "./skips";

export function runReview(main: HTMLElement): void {
  new Review(main);
  watchPage(main);
}

class Review {
  private readonly video: HTMLVideoElement | null;
  private readonly slider: HTMLInputElement | null;
  private readonly stage: StageFrame;
  private readonly log: Log;
  private readonly time: VideoTime;
  private archive: Archive | null = null;

  constructor(private readonly main: HTMLElement) {
    this.video = main.querySelector("video");
    this.slider = main.querySelector("[data-slider]");
    this.time = new VideoTime(JSON.parse(main.dataset.skips ?? "[]"));
    this.log = new Log((atMs) => this.seek(atMs));
    this.stage = new StageFrame(find("[data-testid=recording-replay]", main), find("[data-stage-box]", main), {
      report: () => undefined,
      failed: () => this.say(word("error.stage", { origin: this.stage.origin })),
    });
    this.stage.post({ type: "language", language: document.documentElement.lang });
    this.wire();
    void this.load();
  }

  private wire(): void {
    for (const name of ["timeupdate", "seeking"]) this.video?.addEventListener(name, () => this.onVideo());
    this.video?.addEventListener("error", () => this.onVideoFault());
    this.slider?.addEventListener("input", () => this.show(Number(this.slider?.value)));
    find("[data-chapters]", this.main).addEventListener("click", (event) => {
      const chapter = (event.target as Element).closest<HTMLElement>("[data-seek]");
      if (chapter) this.seek(Number(chapter.dataset.seek));
    });
  }

  private async load(): Promise<void> {
    const { archiveUrl, segments } = this.main.dataset;
    try {
      const archive = await loadArchive(archiveUrl ?? "", Number(segments), (share) => this.progress(share));
      this.fill(archive);
    } catch (error) {
      this.say(word("replay.failed", { detail: String((error as Error).message) }));
      this.log.fail(word("log.failed"));
    }
  }

  private fill(archive: Archive): void {
    this.archive = archive;
    this.log.fill(rowsOf(archive.items, archive.startMs));
    if (this.slider) this.slider.max = String(archive.endMs - archive.startMs);
    const { frames, received } = archive;
    this.stage.post({ type: "frames", frames, received, live: false }, frames);
    this.say("");
    this.onVideo();
  }

  private onVideo(): void {
    this.show(this.time.ofSession((this.video?.currentTime ?? 0) * 1000));
  }

  /** The address in the store is good for an hour: fetch a new one once, and stay at the same time. */
  private onVideoFault(): void {
    const { video } = this;
    if (!video) return;
    if (video.dataset.retried) {
      const fault = find("[data-video-fault]", this.main);
      fault.textContent = word("video.failed");
      fault.hidden = false;
      return;
    }
    const at = video.currentTime;
    video.dataset.retried = "yes";
    video.load();
    video.currentTime = at;
  }

  private seek(atMs: number): void {
    if (this.slider) this.slider.value = String(atMs);
    if (this.video) this.video.currentTime = this.time.ofVideo(atMs) / 1000;
    else this.show(atMs);
  }

  /** Replay, log and chapters at this time. The stage shows what was applied before a time, hence one more. */
  private show(atMs: number): void {
    this.log.follow(atMs + 1);
    this.markChapter(atMs);
    if (!this.archive) return;
    const timeMs = this.archive.startMs + atMs + 1;
    const viewport = viewportAt(this.archive.items, timeMs);
    if (viewport) this.stage.resize(viewport);
    this.stage.post({ type: "seek", timeMs });
  }

  private markChapter(atMs: number): void {
    for (const chapter of this.main.querySelectorAll<HTMLElement>("[data-seek]")) {
      const isNow = Number(chapter.dataset.seek) <= atMs && atMs < Number(chapter.dataset.until);
      if (isNow) chapter.setAttribute("aria-current", "true");
      else chapter.removeAttribute("aria-current");
    }
  }

  private progress(share: number): void {
    this.say(word("replay.loading", { percent: Math.round(100 * share) }));
  }

  private say(text: string): void {
    find("[data-replay-words]", this.main).textContent = text;
  }
}
