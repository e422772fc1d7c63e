/** How long one task of ours may take before the page has its turn: frames, input, and its own scripts. */

export const SLICE_MS = 16;
/** What changes faster than slices can follow is sent as far as it has been read. */
export const PATIENCE_MS = 1000;

/** Nobody waits for a page that is not shown, and its timers come once a second only. */
export function sliceMs(): number {
  return document.hidden ? Infinity : SLICE_MS;
}

export class Budget {
  private readonly ends: number;

  constructor(ms: number) {
    this.ends = performance.now() + ms;
  }

  get isSpent(): boolean {
    return performance.now() >= this.ends;
  }

  get leftMs(): number {
    return this.ends - performance.now();
  }
}
