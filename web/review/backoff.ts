/** When what has failed is tried again by itself: later each time that it fails in a row, and at once when a person asks. */

const FIRST_MS = 1000;
const MOST_MS = 30_000;

export class Backoff {
  private failures = 0;
  private timer = 0;
  private isOver = false;

  constructor(private readonly again: () => void) {}

  /** Nothing is to be tried until `again` is called. */
  get isWaiting(): boolean {
    return this.isOver || this.timer !== 0;
  }

  failed(): void {
    clearTimeout(this.timer);
    const wait = Math.min(MOST_MS, FIRST_MS * 2 ** this.failures++);
    this.timer = window.setTimeout(() => this.now(), wait);
  }

  done(): void {
    this.failures = 0;
  }

  now(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.isOver) this.again();
  }

  /** For good. */
  stop(): void {
    clearTimeout(this.timer);
    this.isOver = true;
  }
}
