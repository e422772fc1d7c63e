/** Asking for fresh snapshots: of each page one at a time, since one that can't be rebuilt must not keep the visitor busy. */

import { tabOf } from "../protocol/wire";

const PAUSE_MS = 5000;
/** What is asked can be lost on its way, and then is asked again; a tab that sleeps answers each of them when it wakes. */
const UNANSWERED_MS = 10_000;
const MOST_AGAIN = 3;

interface Clock {
  /** ms */
  now(): number;
  after(ms: number, call: () => void): void;
}

export class Resyncs {
  private readonly askedAt = new Map<number, number>();
  private readonly waiting = new Set<number>();
  /** When a tab has sent a page whole. */
  private readonly answeredAt = new Map<number, number>();

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

  /** A snapshot came: of the page where the visitor is by now, and all others of the tab are given up. */
  answered(page: number): void {
    this.answeredAt.set(tabOf(page), this.clock.now());
  }

  private send(page: number, detail: string, again = MOST_AGAIN): void {
    this.waiting.delete(page);
    const at = this.clock.now();
    this.askedAt.set(page, at);
    this.ask(page, detail);
    if (again) this.clock.after(UNANSWERED_MS, () => this.isUnanswered(page, at) && this.send(page, detail, again - 1));
  }

  private isUnanswered(page: number, at: number): boolean {
    return this.askedAt.get(page) === at && (this.answeredAt.get(tabOf(page)) ?? -Infinity) < at;
  }
}
