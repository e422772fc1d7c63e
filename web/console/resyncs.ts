/** Asking for fresh snapshots: of each page one at a time, since one that can't be rebuilt must not keep the visitor busy. */

const PAUSE_MS = 5000;

interface Clock {
  /** ms */
  now(): number;
  after(ms: number, call: () => void): void;
}

export class Resyncs {
  private readonly askedAt = new Map<number, number>();
  private readonly waiting = new Set<number>();

  constructor(
    private readonly ask: (page: number, detail: string) => void,
    private readonly clock: Clock,
  ) {}

  /** Now, or when the last one for the page is so long ago; what comes until then is answered by the same snapshot. */
  want(page: number, detail: string): void {
    if (this.waiting.has(page)) return;
    const wait = (this.askedAt.get(page) ?? -Infinity) + PAUSE_MS - this.clock.now();
    if (wait <= 0) return this.send(page, detail);
    this.waiting.add(page);
    this.clock.after(wait, () => this.send(page, detail));
  }

  private send(page: number, detail: string): void {
    this.waiting.delete(page);
    this.askedAt.set(page, this.clock.now());
    this.ask(page, detail);
  }
}
