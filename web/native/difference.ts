/** What makes one page tree into another: native pages are handed over whole, and only this travels. */

import { misplaced } from "../capture/order";
import { type ElementNode, type Mutation, NODE, type Node } from "../protocol/operations";
import { childrenOf } from "../protocol/tree";

/** So many nodes of a subtree are looked at for the text that tells it from its siblings. */
const NAME_STEPS = 8;

/** What makes `before` into `after`; kept nodes keep their ids, new ones get ids from `nextId` on. */
export function difference(before: Node, after: Node, nextId: number): Mutation | null {
  const change = new Change(nextId);
  change.merge(before, after);
  return Object.keys(change.mutation).length ? change.mutation : null;
}

class Change {
  readonly mutation: Mutation = {};

  constructor(private nextId: number) {}

  merge(old: Node, now: Node): void {
    if (old[0] === NODE.TEXT) {
      if (old[2] !== now[2]) (this.mutation.t ??= []).push([old[1], now[2] as string]);
      return;
    }
    if (old[0] === NODE.ELEMENT) this.attributes(old, now as ElementNode);
    this.children(old, now);
  }

  private attributes(old: ElementNode, now: ElementNode): void {
    const changes: Record<string, string | null> = {};
    for (const [name, value] of Object.entries(now[3])) if (old[3][name] !== value) changes[name] = value;
    for (const name of Object.keys(old[3])) if (!(name in now[3])) changes[name] = null;
    if (Object.keys(changes).length) (this.mutation.s ??= []).push([old[1], changes]);
  }

  private children(old: Node, now: Node): void {
    const [were, are] = [childrenOf(old) ?? [], childrenOf(now) ?? []];
    const partners = partnersOf(were, are);
    const kept = new Set(partners);
    for (const gone of were) if (!kept.has(gone)) (this.mutation.r ??= []).push([old[1], gone[1]]);
    const ids = partners.map((known) => known?.[1] ?? 0);
    const places = new Map(misplaced(were.map(idOf), ids));
    for (const [at, child] of are.entries()) {
      const known = partners[at];
      if (known) this.merge(known, child);
      const next = places.get(at);
      if (next !== undefined) (this.mutation.a ??= []).push([old[1], next, known ? known[1] : this.fresh(child)]);
    }
  }

  private fresh(node: Node): Node {
    const copy = [...node] as Node;
    copy[1] = this.nextId++;
    if (copy[0] === NODE.ELEMENT) copy[4] = copy[4].map((child) => this.fresh(child));
    return copy;
  }
}

/** For each node of now the one that it was: of the same kind and with the same text, else of the same kind. */
function partnersOf(were: Node[], are: Node[]): (Node | undefined)[] {
  const named = new Queues(were, nameOf);
  const byName = are.map((node) => named.take(node));
  const taken = new Set(byName);
  const rest = new Queues(
    were.filter((node) => !taken.has(node)),
    kindOf,
  );
  return byName.map((known, at) => known ?? rest.take(are[at]!));
}

/** Nodes in line for a partner, by what they have in common. */
class Queues {
  private readonly waiting = new Map<string, Node[]>();

  constructor(
    nodes: Node[],
    private readonly key: (node: Node) => string,
  ) {
    for (const node of [...nodes].reverse()) {
      const known = this.waiting.get(key(node));
      if (known) known.push(node);
      else this.waiting.set(key(node), [node]);
    }
  }

  take(node: Node): Node | undefined {
    return this.waiting.get(this.key(node))?.pop();
  }
}

function kindOf(node: Node): string {
  return node[0] === NODE.ELEMENT ? node[2] : String(node[0]);
}

function nameOf(node: Node): string {
  let steps = NAME_STEPS;
  const firstText = (at: Node): string => {
    if (steps-- <= 0 || at[0] === NODE.DOCTYPE) return "";
    if (at[0] === NODE.TEXT) return at[2];
    for (const child of childrenOf(at) ?? []) {
      const text = firstText(child);
      if (text || steps <= 0) return text;
    }
    return "";
  };
  return `${kindOf(node)} ${firstText(node)}`;
}

function idOf(node: Node): number {
  return node[1];
}
