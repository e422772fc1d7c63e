/** When a page has been sent whole, and when it comes to rest, its state gets a name that a later return can use. */

import type { TreeModel } from "../protocol/tree";
import { Budget, SLICE_MS } from "./budget";
import type { Common } from "./common";
import type { Outbox } from "./outbox";
import type { KnownPage, Pages } from "./pages";
import type { Source } from "./source";

const QUIET_MS = 600;
/** Of a digest: enough to tell that a tree is another one. */
export const DIGITS = 16;

interface Rested {
  page: KnownPage;
  outbox: Outbox;
  source: Source;
}

export class Checkpoints {
  private timer = 0;
  private stay: Rested | null = null;

  /** `isBusy` while something is about to be written, or should not be. */
  constructor(
    private readonly pages: Pages,
    private readonly isBusy: () => boolean,
    private readonly common: Common,
  ) {
    // The page may rest already, and never change again.
    common.wants = () => this.stay && this.rest(this.stay);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.stay = null;
  }

  /** The page has just been sent whole, or changed. */
  rest(stay: Rested): void {
    this.stay = stay;
    this.after(QUIET_MS, stay);
  }

  private after(ms: number, stay: Rested): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const budget = new Budget(SLICE_MS);
      if (this.isBusy() || stay.source.isBehind) this.after(QUIET_MS, stay);
      else if (!this.isDone(stay.source.model, () => budget.isSpent)) this.after(0, stay);
      else this.mark();
    }, ms);
  }

  private isDone(model: TreeModel, isSpent: () => boolean): boolean {
    return model.isDigested(isSpent) && this.common.upload(model, isSpent);
  }

  /** Now: the tree is digested, and all of it has been sent. */
  mark(): void {
    const { page, outbox, source } = this.stay!;
    const digest = source.model.digest();
    if (page.points.some(([known]) => known === digest)) return;
    outbox.add([["checkpoint", Date.now(), digest.slice(0, DIGITS)]]);
    this.pages.point(page, digest, outbox.send());
  }
}
