/** When the next flush is due: at once after quiet, in batches while more follows. */

/** As pointer positions are taken. */
const FLUSH_EVERY_MS = 50;
const SLOW_FLUSH_MS = 500;
const SLOWEST_FLUSH_MS = 2000;
const SLOW_BACKLOG_BYTES = 256 * 1024;
const SLOWEST_BACKLOG_BYTES = 1024 * 1024;
/** A flush may take this share of the time. */
const BUSY_SHARE = 8;

/** Times are those of `performance.now()`. */
export class Rhythm {
  private flushedAt = -Infinity;
  private costMs = 0;

  flushed(began: number, ended: number): void {
    this.flushedAt = ended;
    this.costMs = ended - began;
  }

  /** Ms from `now`. The first change after quiet waits for nothing, what follows it for the interval. */
  wait(now: number, backlogBytes: number): number {
    return Math.max(0, this.flushedAt + this.interval(backlogBytes) - now);
  }

  /** A line that can't keep up, or a page that costs much to compare, is served the newest state less often. */
  private interval(backlogBytes: number): number {
    if (backlogBytes > SLOWEST_BACKLOG_BYTES) return SLOWEST_FLUSH_MS;
    if (backlogBytes > SLOW_BACKLOG_BYTES) return SLOW_FLUSH_MS;
    return Math.min(SLOWEST_FLUSH_MS, Math.max(FLUSH_EVERY_MS, this.costMs * BUSY_SHARE));
  }
}
