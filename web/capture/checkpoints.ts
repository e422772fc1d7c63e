/** When a page comes to rest, its state gets a name that a later return can use. */

import { Budget, SLICE_MS } from "./budget";
import type { Outbox } from "./outbox";
import type { KnownPage, Pages } from "./pages";
import type { Source } from "./source";

const QUIET_MS = 200;

interface Rested {
  page: KnownPage;
  outbox: Outbox;
  source: Source;
}

export class Checkpoints {
  private timer = 0;

  /** `isBusy` while something is about to be written, or should not be. */
  constructor(
    private readonly pages: Pages,
    private readonly isBusy: () => boolean,
  ) {}

  clear(): void {
    clearTimeout(this.timer);
  }

  /** The page has just been sent whole, or changed. */
  rest(stay: Rested, isWhole: boolean): void {
    this.after(QUIET_MS, stay, isWhole);
  }

  private after(ms: number, stay: Rested, isWhole: boolean): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const budget = new Budget(SLICE_MS);
      if (this.isBusy() || stay.source.isBehind) this.after(QUIET_MS, stay, isWhole);
      else if (!stay.source.model.isDigested(() => budget.isSpent)) this.after(0, stay, isWhole);
      else this.mark(stay, isWhole);
    }, ms);
  }

  private mark({ page, outbox, source }: Rested, isWhole: boolean): void {
    const digest = source.model.digest();
    if (page.points.some(([known]) => known === digest)) return;
    if (!isWhole) outbox.add([["checkpoint", Date.now(), digest]]);
    this.pages.point(page, digest, outbox.send());
  }
}
