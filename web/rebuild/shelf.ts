/** What snapshots of a tab refer to by number. */

import { NotOnShelf } from "../protocol/bare";
import { type BareNode, isStored, type Operation, type StoredNode } from "../protocol/operations";

/** Who captures puts fewer there. */
const MOST_SUBTREES = 10_000;

/** One edition; pages that were built from it keep it. */
export class Shelf {
  private readonly subtrees: (BareNode | StoredNode)[] = [];

  constructor(readonly edition: number) {}

  /** Nothing for what the store should have had. */
  readonly look = (number: number): BareNode | undefined => {
    const found = this.subtrees[number - 1];
    return found === undefined || isStored(found) ? undefined : found;
  };

  /** The next ones, or some again. Throws NotOnShelf where those between are missing. */
  put(first: number, added: (BareNode | StoredNode)[]): void {
    if (!(first >= 1 && first <= this.subtrees.length + 1) || first + added.length > MOST_SUBTREES)
      throw new NotOnShelf("the shelf is not known from its beginning");
    for (const [at, subtree] of added.entries()) this.subtrees[first - 1 + at] = subtree;
  }
}

/** Of all tabs, the newest edition. */
export class Shelves {
  private readonly byTab = new Map<number, Shelf>();

  take(tab: number, [, , edition, first, subtrees]: Extract<Operation, ["shelf", ...unknown[]]>): void {
    let shelf = this.byTab.get(tab);
    if (shelf?.edition !== edition) {
      shelf = new Shelf(edition);
      if (first === 1) this.byTab.set(tab, shelf);
    }
    shelf.put(first, subtrees);
  }

  /** Throws NotOnShelf for an edition that is not the newest. */
  of(tab: number, edition: number): Shelf {
    const shelf = this.byTab.get(tab);
    if (shelf?.edition === edition) return shelf;
    throw new NotOnShelf(`edition ${edition} of the shelf is not known`);
  }
}
