/** Brings the next flush about, when the rhythm says. */

import { Rhythm } from "./rhythm";

export class Ticker {
  private readonly rhythm = new Rhythm();
  private timer = 0;

  constructor(
    private readonly backlogBytes: () => number,
    private readonly tick: () => void,
  ) {}

  get isSet(): boolean {
    return this.timer !== 0;
  }

  /** Whether what is written now would only queue. */
  get isHeld(): boolean {
    return this.rhythm.isHeld(performance.now(), this.backlogBytes());
  }

  after(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.tick();
    }, delayMs);
  }

  whenDue(): void {
    this.after(this.rhythm.wait(performance.now(), this.backlogBytes()));
  }

  clear(): void {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /** The time of a flush counts; what it finds out itself is no first change after quiet. */
  measure(flush: () => void, isPart: boolean): void {
    const began = performance.now();
    this.rhythm.flushed(began, began);
    flush();
    this.rhythm.flushed(began, performance.now(), isPart);
  }
}
