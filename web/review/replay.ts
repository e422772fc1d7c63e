/** Keeps the stage at the time of the clock: it has a stretch of the archive, which grows, or is replaced where that is not enough. */

import type { StageFrame } from "../console/stage_frame";
import type { Archive, Frames, Stretch } from "./archive";
import { Backoff } from "./backoff";

/** What comes next is loaded so long before it is needed. */
const AHEAD_MS = 20_000;
/** The stage applies no faster. */
const EVERY_MS = 80;
/** Beyond, the stretch is replaced rather than grown. */
const MOST_FRAMES = 200_000;
/** As they are in the archive; on the stage it is several times as much. */
const MOST_BYTES = 16 * 1024 * 1024;

export interface ReplayHandlers {
  /** The share of what has to be loaded for the time that was sought; 1 when it is there. */
  progress(share: number): void;
  /** It is tried again, later each time. */
  failed(error: Error): void;
}

export class Replay {
  private stretch: Stretch | null = null;
  private frames = 0;
  private bytes = 0;
  private atMs = 0;
  private isLoading = false;
  private isAtEnd = false;
  private timer = 0;
  private postedAt = -EVERY_MS;
  private readonly backoff = new Backoff(() => this.show(this.atMs));

  constructor(
    private readonly stage: StageFrame,
    private readonly archive: Archive,
    private readonly startedMs: number,
    private readonly handlers: ReplayHandlers,
  ) {}

  /** The page at this time, as soon as can be; of many times the last. */
  show(atMs: number): void {
    this.atMs = atMs;
    if (!this.isLoading) this.go();
  }

  /** What has failed, at once. */
  retry(): void {
    this.backoff.now();
  }

  /** Nothing more is loaded. */
  stop(): void {
    this.backoff.stop();
  }

  private go(): void {
    const { stretch, atMs } = this;
    const isThere = stretch && atMs >= stretch.fromMs && atMs <= stretch.toMs;
    if (isThere) this.post();
    if (this.backoff.isWaiting) return;
    if (!isThere) return void this.load();
    const canGrow = !this.isAtEnd && this.frames < MOST_FRAMES && this.bytes < MOST_BYTES;
    if (canGrow && atMs > stretch.toMs - AHEAD_MS) void this.grow(stretch);
  }

  private post(): void {
    const wait = this.postedAt + EVERY_MS - performance.now();
    if (wait > 0) {
      this.timer ||= window.setTimeout(() => this.onTimer(), wait);
      return;
    }
    this.postedAt = performance.now();
    // The stage shows what was applied before a time, hence one more.
    this.stage.post({ type: "seek", timeMs: this.startedMs + this.atMs + 1 });
  }

  private onTimer(): void {
    this.timer = 0;
    if (!this.isLoading) this.go();
  }

  private async load(): Promise<void> {
    await this.loading(async () => {
      const stretch = await this.archive.stretchAt(this.atMs, (share) => this.handlers.progress(share));
      const { frames, received } = stretch;
      [this.frames, this.bytes, this.isAtEnd] = [0, 0, false];
      this.count(stretch);
      this.stage.post({ type: "frames", frames, received, live: false }, frames);
      this.stretch = { ...stretch, frames: [], received: [] };
      this.handlers.progress(1);
    });
  }

  private async grow(stretch: Stretch): Promise<void> {
    await this.loading(async () => {
      const more = await this.archive.after(stretch);
      this.handlers.progress(1);
      this.isAtEnd = !more;
      if (!more) return;
      this.count(more);
      this.stage.post({ type: "frames", ...more, live: false, goesOn: true }, more.frames);
    });
  }

  private count({ frames }: Frames): void {
    this.frames += frames.length;
    for (const { byteLength } of frames) this.bytes += byteLength;
  }

  private async loading(work: () => Promise<void>): Promise<void> {
    this.isLoading = true;
    try {
      await work();
      this.backoff.done();
    } catch (error) {
      this.backoff.failed();
      this.handlers.failed(error as Error);
    } finally {
      this.isLoading = false;
    }
    this.go();
  }
}
