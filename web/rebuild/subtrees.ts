/** Subtrees that the tenant's store has: each is loaded, and checked against its digest, before it is on the shelf. */

import { numbered } from "../protocol/bare";
import { type BareNode, isStored } from "../protocol/operations";
import { TreeModel } from "../protocol/tree";
import type { AssetMap } from "./asset_map";
import type { Item } from "./decode";

/** Of a session; in characters what a frame may inflate to. */
const MOST = 1000;
const MOST_LENGTH = 32 * 1024 * 1024;
/** A page that waits longer is sent anew. */
const LONGEST_MS = 5000;

export class Subtrees {
  private readonly known = new Map<string, Promise<BareNode | null>>();
  private length = 0;

  constructor(private readonly assets: AssetMap) {}

  /** Puts them in the places of their names; what can't be had stays a name. */
  async fill(items: Item[]): Promise<void> {
    const shelves = items.flatMap((item) =>
      item.name === "operation" && item.operation[0] === "shelf" ? [item.operation[4]] : [],
    );
    const places = shelves.flatMap((shelf) =>
      shelf.map(async (node, at) => {
        if (isStored(node)) shelf[at] = (await this.get(node[0])) ?? node;
      }),
    );
    await Promise.all(places);
  }

  /** What could not be had may be there the next time. */
  private async get(name: string): Promise<BareNode | null> {
    const loading = this.known.get(name) ?? this.load(name).catch(() => null);
    this.known.set(name, loading);
    const found = await loading;
    if (!found) this.known.delete(name);
    return found;
  }

  private async load(name: string): Promise<BareNode | null> {
    if (this.known.size >= MOST) return null;
    const response = await fetch(this.assets.address(name), { signal: AbortSignal.timeout(LONGEST_MS) });
    if (!response.ok) return null;
    const text = await response.text();
    this.length += text.length;
    return this.length < MOST_LENGTH ? checked(JSON.parse(text), name) : null;
  }
}

/** Null for what has another digest, or none that says all of it. */
function checked(bare: BareNode, name: string): BareNode | null {
  const model = new TreeModel(numbered([9, [bare]], () => undefined));
  model.digest();
  return model.nameOf(model.root[2][0]!) === name ? bare : null;
}
