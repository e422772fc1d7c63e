/** Brings the next flush about, when the rhythm says. */

import { Rhythm } from "./rhythm";

/** A frame's head is as long as a position or two. */
export const PATIENT_MS = 200;

export class Ticker {
  private readonly rhythm = new Rhythm();
  private timer = 0;
  /** The flush that comes is for nothing that is urgent. */
  private isPatient = false;

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
    this.isPatient = false;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.tick();
    }, delayMs);
  }

  whenDue(): void {
    this.after(this.dueMs);
  }

  /** Something has changed, unless it is `patient` to go at once; of what is gathered the first says when. */
  wanted(isPatient = false): void {
    if (this.isSet && (isPatient || !this.isPatient)) return;
    this.after(isPatient ? Math.max(this.dueMs, PATIENT_MS) : this.dueMs);
    this.isPatient = isPatient;
  }

  private get dueMs(): number {
    return this.rhythm.wait(performance.now(), this.backlogBytes());
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
