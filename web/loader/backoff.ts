/** When to try again: the first time within 300 ms, later at most every 2.5 s, never all visitors at once. */

const FIRST_MS = 300;
const LONGEST_MS = 2500;

export class Backoff {
  private tries = 0;
  private timer = 0;

  reset(): void {
    this.tries = 0;
    this.cancel();
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  get waits(): boolean {
    return this.timer !== 0;
  }

  schedule(retry: () => void): void {
    this.cancel();
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.tries++);
    this.timer = window.setTimeout(retry, ceiling * (0.5 + Math.random() / 2));
  }
}
