/** Stands for a page that is larger than can be sent or shown: the agent is told so in words. */

import { type Mutation, type Operation, PAGE_TOO_LARGE, type Volatile } from "../protocol/operations";
import { TooLarge, TreeModel } from "../protocol/tree";
import type { Addresses } from "./addresses";
import { titleOf } from "./entered";
import type { Source } from "./source";

/** The page itself says it in both languages, for the recording; the console has a word of its own. */
const TEXT = "Too large / 页面过大";
const STYLE = "text-align:center";

export class TooLargeSource implements Source {
  readonly kind = "html";
  readonly model = new TreeModel([
    9,
    1,
    [
      [10, 2, "html", "", ""],
      [1, 3, "html", {}, [[1, 4, "body", {}, [[1, 5, "p", { style: STYLE }, [[3, 6, TEXT]]]]]]],
    ],
  ]);
  readonly isBehind = false;
  private isTold = false;

  constructor(private readonly addresses: Addresses) {}

  /** Never that of the page itself. */
  key(): string {
    return `too large:${location.href}`;
  }

  title(): string {
    return titleOf(document, this.addresses.masking);
  }

  flush(): Mutation | null {
    return null;
  }

  weight(): number {
    return 0;
  }

  rest(): void {}

  reread(): void {}

  renumber(): void {
    this.model.renumber();
  }

  // biome-ignore lint/correctness/useYield: there is nothing to take in steps
  *volatile(): Generator<void, Volatile> {
    return {};
  }

  restPictures(): void {}

  drain(): Operation[] {
    if (this.isTold) return [];
    this.isTold = true;
    return [["unread", Date.now(), [[this.addresses.own(), PAGE_TOO_LARGE]]]];
  }

  pictures(): string[] {
    return [];
  }

  hidden(): null {
    return null;
  }

  shown(): [number, string][] {
    this.isTold = false;
    return [];
  }

  stop(): void {}
}

/** Whether this went well; false when something was too large. */
export function fits(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    return false;
  }
}
