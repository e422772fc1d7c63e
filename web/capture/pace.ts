/**
 * How many bytes of assets may be on their way at once: as many as the line takes without a queue, since operations
 * would wait in it. By the delay of the answers, as LEDBAT (RFC 6817) does it.
 */

/** One packet, so that an operation waits for no more than what is left of it. */
const PIECE_BYTES = 1200;
const LARGEST_PIECE_BYTES = 32 * 1024;
const LEAST_WINDOW_BYTES = 2 * PIECE_BYTES;
const LARGEST_WINDOW_BYTES = 256 * 1024;
/** Up to here a piece is one packet; a faster line takes larger ones. */
const SLOW_WINDOW_BYTES = 16 * 1024;
/** The queue that may be, in ms. */
const TARGET_MS = 30;
/** Of so many answers the fastest counts: a busy server or page is no full line. */
const RECENT = 4;
/** At the start fewer, since pieces that went out together have waited for one another. */
const RECENT_AT_START = 2;
/** The line may have become another one. */
const FORGET_MS = 60_000;

export class Pace {
  private windowBytes = LEAST_WINDOW_BYTES;
  private isStarting = true;
  private recent: number[] = [];
  /** Fastest answers of this minute and the one before. */
  private fastest = [Infinity, Infinity];
  private turnedAt = 0;

  get pieceBytes(): number {
    if (this.windowBytes < SLOW_WINDOW_BYTES) return PIECE_BYTES;
    return Math.min(LARGEST_PIECE_BYTES, Math.floor(this.windowBytes / RECENT));
  }

  takes(bytes: number, inFlightBytes: number): boolean {
    return inFlightBytes + bytes <= this.windowBytes;
  }

  /** A piece was answered after `tookMs`, at `now`; `wasFull` when more waited. */
  answered(bytes: number, tookMs: number, now: number, wasFull: boolean): void {
    // What is smaller takes less time on the line itself.
    if (bytes < PIECE_BYTES) return;
    this.note(tookMs, now);
    const queueMs = Math.min(...this.recent) - Math.min(...this.fastest);
    const off = Math.max(-1, (TARGET_MS - queueMs) / TARGET_MS);
    if (off < 0.5) this.isStarting = false;
    if (off < 0) this.windowBytes += (off * bytes) / 2;
    else if (wasFull) this.windowBytes += this.isStarting ? bytes : (off * bytes * PIECE_BYTES) / this.windowBytes;
    this.windowBytes = Math.max(LEAST_WINDOW_BYTES, Math.min(LARGEST_WINDOW_BYTES, this.windowBytes));
  }

  private note(tookMs: number, now: number): void {
    this.recent = [...this.recent, tookMs].slice(this.isStarting ? -RECENT_AT_START : -RECENT);
    if (now - this.turnedAt > FORGET_MS) {
      this.fastest = [Infinity, this.fastest[0]!];
      this.turnedAt = now;
    }
    this.fastest[0] = Math.min(this.fastest[0]!, tookMs);
  }
}
