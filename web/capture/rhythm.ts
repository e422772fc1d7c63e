/** When the next flush is due: at once after quiet, in batches while more follows. */

const FLUSH_EVERY_MS = 40;
/** Flushes may take this share of the time. */
const BUSY_SHARE = 8;
/** But a single one that took long, since the machine was busy, holds the next up by so much less. */
const FORGIVEN_MS = 250;
const BUSIEST_FLUSH_MS = 10_000;
/**
 * While so much waits nothing is written, so that the next difference is of the newest state and does not queue behind
 * older ones. A line that is gone, or takes longer than this for it, gets a difference all the same: the archive has it.
 */
const HELD_BACKLOG_BYTES = 64 * 1024;
const HOLD_MS = 10_000;
const HOLD_LOOK_MS = 100;

/** Times are those of `performance.now()`. */
export class Rhythm {
  private flushedAt = -Infinity;
  /** When the share of all flushes up to now is kept. */
  private evenAt = -Infinity;

  /** A part of a flush gives the page its turns already. */
  flushed(began: number, ended: number, isPart = false): void {
    this.flushedAt = ended;
    this.evenAt = Math.max(this.evenAt, ended) + (ended - began) * (isPart ? 1 : BUSY_SHARE);
  }

  /** Ms from `now`. The first change after quiet waits for nothing, what follows it for the interval. */
  wait(now: number, backlogBytes: number): number {
    const due = Math.max(0, this.dueAt() - now);
    return this.isHeld(now + due, backlogBytes) ? Math.max(due, HOLD_LOOK_MS) : due;
  }

  /** Whether a flush that is due would only queue. */
  isHeld(now: number, backlogBytes: number): boolean {
    return backlogBytes > HELD_BACKLOG_BYTES && now - this.flushedAt < HOLD_MS;
  }

  /** A page that costs much to compare is compared less often. */
  private dueAt(): number {
    const due = Math.max(this.flushedAt + FLUSH_EVERY_MS, this.evenAt - FORGIVEN_MS);
    return Math.min(due, this.flushedAt + BUSIEST_FLUSH_MS);
  }
}
