/**
 * The video's address in the store, which is good for minutes: it is asked for when it is needed, and again when it has
 * expired, without the person noticing.
 */

import { read } from "./reading";

/** Sooner than the store would refuse it. */
const SPARE_MS = 10_000;
/** Of faults in a row, after each of which a fresh address was asked for. */
const MOST_FAULTS = 2;

export class VideoSource {
  private expiresAt = 0;
  private faults = 0;
  private renewing: Promise<void> | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly failed: (error: Error | null) => void,
  ) {
    video.addEventListener("error", () => void this.recover());
    video.addEventListener("timeupdate", () => {
      if (!video.error && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.faults = 0;
    });
  }

  open(): Promise<void> {
    this.faults = 0;
    return this.renew(this.video.currentTime);
  }

  async seek(seconds: number): Promise<void> {
    if (this.renewing) await this.renewing;
    if (this.isOver() && !this.isHeld(seconds)) return this.renew(seconds);
    this.video.currentTime = seconds;
  }

  private isOver(): boolean {
    return performance.now() > this.expiresAt;
  }

  private isHeld(seconds: number): boolean {
    const { buffered } = this.video;
    for (let i = 0; i < buffered.length; i++)
      if (buffered.start(i) <= seconds && seconds < buffered.end(i)) return true;
    return false;
  }

  private async recover(): Promise<void> {
    if (this.renewing) return;
    if (++this.faults > MOST_FAULTS) return this.failed(null);
    await this.renew(this.video.currentTime);
  }

  private renew(seconds: number): Promise<void> {
    this.renewing ??= this.reopen(seconds).finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async reopen(seconds: number): Promise<void> {
    const { video } = this;
    const { paused, playbackRate } = video;
    const answer = await read(this.url).catch((error: Error) => this.failed(error));
    if (!answer) return;
    const told = (await answer.json()) as { url: string; expires_seconds: number };
    this.expiresAt = performance.now() + 1000 * told.expires_seconds - SPARE_MS;
    video.src = told.url;
    video.currentTime = seconds;
    video.defaultPlaybackRate = video.playbackRate = playbackRate;
    if (!paused) await video.play().catch(() => undefined);
  }
}
