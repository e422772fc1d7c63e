/**
 * A page that is rewritten faster than differences are worth: it is not watched at all, and sent whole from time to time.
 *
 * What a visitor does with the page goes on being sent meanwhile. The tree stays as the other side has it.
 */

/** A difference is heavy from this share of the page on, and never with fewer nodes. */
const HEAVY_SHARE = 0.5;
const HEAVY_LEAST = 400;
/** So many heavy differences in this time are a page that is being built; one more is a storm. */
const HEAVY_MOST = 3;
const WITHIN_MS = 2000;
/** A page is sent whole at most so often, and at most this share of the time is spent on it. */
const WHOLE_EVERY_MS = 2000;
const WHOLE_SHARE = 8;
/** What the visitor does in a storm is sent so often. */
const LOOK_MS = 250;

interface Watched {
  /** Of the next difference and of the page, in nodes. */
  weight(): number;
  readonly model: { readonly size: number };
  readonly isBehind: boolean;
  rest(): void;
}

/** Times are those of `performance.now()`. */
export class Storm {
  isOn = false;
  private heavy: number[] = [];
  private dueAt = 0;
  /** Of the difference before, in nodes: its time was up. */
  private left = 0;

  /** The page was sent whole; if because of a storm, the next heavy difference goes on with it. */
  sentWhole(began: number, ended: number): void {
    this.dueAt = ended + Math.max(WHOLE_EVERY_MS, WHOLE_SHARE * (ended - began));
    this.heavy = this.isOn ? Array(HEAVY_MOST).fill(this.dueAt) : [];
    this.isOn = false;
  }

  /** Whether the next difference is left out; then the source is at rest. */
  holds(source: Watched, now: number): boolean {
    if (this.isOn) return true;
    if (source.weight() - this.left < Math.max(HEAVY_LEAST, HEAVY_SHARE * source.model.size)) return false;
    this.heavy = [...this.heavy.filter((at) => now - at < WITHIN_MS), now];
    this.isOn = this.heavy.length > HEAVY_MOST;
    if (this.isOn) source.rest();
    return this.isOn;
  }

  /** A difference was taken, or a part of it. */
  flushed(source: Watched): void {
    this.left = source.isBehind ? source.weight() : 0;
  }

  /** In a storm: the page whole where it is due, else a look at what the visitor does. */
  rideOut(act: { sendWhole(): void; after(ms: number): void }): void {
    if (!this.isOn) return;
    const wait = this.wait(performance.now());
    if (wait) act.after(Math.min(wait, LOOK_MS));
    else act.sendWhole();
  }

  /** Ms until the page may be sent whole. */
  wait(now: number): number {
    return Math.max(0, this.dueAt - now);
  }
}
