/**
 * The one clock of the review page, in ms of the session. The video runs it; where there is none yet it runs by itself, so
 * that the replay can be played all the same.
 */

import type { VideoTime } from "./skips";
import { VideoSource } from "./video_source";

export const RATES = [0.5, 1, 1.5, 2, 4, 8];
/** What a step to the next picture moves. */
export const STEP_MS = 40;
/** A browser keeps whole microseconds of what was sought, and cuts the rest. */
const KEPT_SECONDS = 1e-5;

export interface TransportHandlers {
  /** At each picture while it plays, and after each change. */
  time(atMs: number): void;
  state(isPlaying: boolean, rate: number): void;
  shown(): void;
  /** `error` is what its address can't be had for, null where the video itself can't be played. */
  failed(error: Error | null): void;
}

export class Transport {
  durationMs = 0;
  private frame = 0;
  private readonly source: VideoSource | null;
  private own = { atMs: 0, since: 0, isPlaying: false, rate: 1 };
  private sought = { seconds: 0, atMs: 0 };

  constructor(
    private readonly video: HTMLVideoElement | null,
    videoUrl: string,
    private readonly videoTime: VideoTime,
    private readonly handlers: TransportHandlers,
  ) {
    this.source = video && new VideoSource(video, videoUrl, (error) => handlers.failed(error));
    for (const name of ["play", "pause", "ratechange", "ended"]) video?.addEventListener(name, () => this.tell());
    video?.addEventListener("loadeddata", () => handlers.shown());
    for (const name of ["timeupdate", "seeking", "seeked"])
      video?.addEventListener(name, () => handlers.time(this.nowMs));
  }

  /** The video begins to load, at `atMs`. */
  open(atMs: number): void {
    if (this.video) this.video.currentTime = this.secondsOf(atMs);
    this.own.atMs = atMs;
    void this.source?.open();
  }

  /** Where it has failed. */
  reopen(): void {
    void this.source?.open();
  }

  get nowMs(): number {
    if (this.video) return this.shownMs(this.video);
    const { atMs, since, isPlaying, rate } = this.own;
    return Math.min(this.durationMs, isPlaying ? atMs + (performance.now() - since) * rate : atMs);
  }

  get isPlaying(): boolean {
    return this.video ? !this.video.paused && !this.video.ended : this.own.isPlaying;
  }

  get rate(): number {
    return this.video ? this.video.playbackRate : this.own.rate;
  }

  seek(atMs: number): void {
    const bound = Math.max(0, Math.min(atMs, this.durationMs || atMs));
    if (this.source) void this.source.seek(this.secondsOf(bound));
    this.setOwn({ atMs: bound });
    this.handlers.time(bound);
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  pause(): void {
    if (this.video) return this.video.pause();
    this.setOwn({ isPlaying: false });
    this.tell();
  }

  setRate(rate: number): void {
    if (this.video) this.video.defaultPlaybackRate = this.video.playbackRate = rate;
    else this.setOwn({ rate });
    this.tell();
  }

  /** What was sought is where one is, to the last bit: a row of the log or a mark has just that time. */
  private secondsOf(atMs: number): number {
    this.sought = { seconds: this.videoTime.ofVideo(atMs) / 1000, atMs };
    return this.sought.seconds;
  }

  private shownMs({ currentTime, ended }: HTMLVideoElement): number {
    if (Math.abs(currentTime - this.sought.seconds) < KEPT_SECONDS) return this.sought.atMs;
    return ended && this.durationMs ? this.durationMs : this.videoTime.ofSession(1000 * currentTime);
  }

  private play(): void {
    if (this.nowMs >= this.durationMs - STEP_MS) this.seek(0);
    if (this.video) void this.video.play().catch(() => this.tell());
    else this.setOwn({ isPlaying: true });
    this.tell();
  }

  private setOwn(change: Partial<typeof this.own>): void {
    this.own = { ...this.own, atMs: this.video ? 0 : this.nowMs, since: performance.now(), ...change };
  }

  private tell(): void {
    this.handlers.state(this.isPlaying, this.rate);
    if (this.isPlaying) this.runSoon();
  }

  /** With the next picture of the screen, however often it is asked for. */
  private runSoon(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.run());
  }

  private run(): void {
    if (!this.isPlaying) return;
    const { nowMs } = this;
    this.handlers.time(nowMs);
    if (!this.video && nowMs >= this.durationMs) this.pause();
    else this.runSoon();
  }
}
