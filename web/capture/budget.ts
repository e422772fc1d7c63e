/** How long one task of ours may take before the page has its turn: frames, input, and its own scripts. */

export const SLICE_MS = 16;
/** What changes faster than slices can follow is sent as far as it has been read. */
export const PATIENCE_MS = 1000;

/** Who looks around for longer than it may must still get on: so many steps of each kind a flush takes at least. */
export const LEAST_STEPS = 64;

export class Budget {
  private readonly ends: number;

  /** `steps` are taken even so. */
  constructor(
    ms: number,
    private steps = 0,
  ) {
    this.ends = performance.now() + ms;
  }

  /** Asked before each step. */
  get isSpent(): boolean {
    return this.steps-- <= 0 && performance.now() >= this.ends;
  }

  get leftMs(): number {
    return this.ends - performance.now();
  }
}

/** What the steps come to, all of them taken now. */
export function finished<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
