/** Mutations as they are sent: new nodes without ids, others by the difference to the one before (docs/protocol.md). */

import { numberedFrom } from "./bare";
import { type BareNode, type Mutation, NODE, type Node, type SentMutation } from "./operations";
import { childrenOf } from "./tree";

/** What is sent, and the id of the first new node, 0 where there is none; without one where they are not in order. */
export function sentMutation(change: Mutation): [Mutation] | [SentMutation, first: number] {
  const { r, a, t, s, ...rest } = change;
  const first = (a?.find(([, , node]) => typeof node === "object")?.[2] as Node | undefined)?.[1] ?? 0;
  let next = first;
  let isInOrder = true;
  const bare = (node: Node): BareNode => {
    isInOrder &&= node[1] === next++;
    const children = childrenOf(node);
    if (node[0] === NODE.TEXT) return node[2];
    return [node[0], ...node.slice(2).map((part) => (part === children ? children.map(bare) : part))] as BareNode;
  };
  const sent: SentMutation = {};
  if (r)
    sent.r = grouped(r, 1).map(([parent, ...gone]) => [parent, ...differences(gone as number[])]) as SentMutation["r"];
  if (a) {
    const added = a.map(([parent, before, node]) => [parent, before, typeof node === "object" ? bare(node) : node]);
    sent.a = grouped(added, 2) as SentMutation["a"];
  }
  if (t) sent.t = relative(t);
  if (s) sent.s = relative(s);
  return isInOrder ? [{ ...sent, ...rest }, first] : [change];
}

/** Throws TreeFault, or TypeError for what is none. */
export function readMutation({ r, a, t, s, ...rest }: SentMutation, first: number): Mutation {
  const change: Mutation = { ...rest };
  const numbered = numberedFrom(first);
  if (r) change.r = r.flatMap(([parent, ...gone]) => sums(gone).map((id): [number, number] => [parent, id]));
  if (a)
    change.a = a.flatMap(([parent, next, ...nodes]) =>
      nodes.map((node): [number, number, Node | number] => [
        parent,
        next,
        typeof node === "number" ? node : numbered(node),
      ]),
    );
  if (t) change.t = absolute(t);
  if (s) change.s = absolute(s);
  return change;
}

/** What follows each other and begins with the same `count` numbers, with these said once. */
function grouped(all: readonly (readonly unknown[])[], count: number): unknown[][] {
  const groups: unknown[][] = [];
  for (const one of all) {
    const last = groups.at(-1);
    if (last?.slice(0, count).join() === one.slice(0, count).join()) last.push(one[count]);
    else groups.push([...one]);
  }
  return groups;
}

function differences(ids: number[]): number[] {
  return ids.map((id, at) => id - (ids[at - 1] ?? 0));
}

function sums(differences: number[]): number[] {
  let id = 0;
  return differences.map((difference) => (id += difference));
}

function relative<T>(all: [number, T][]): [number, T][] {
  const ids = differences(all.map(([id]) => id));
  return all.map(([, value], at) => [ids[at]!, value]);
}

function absolute<T>(all: [number, T][]): [number, T][] {
  const ids = sums(all.map(([id]) => id));
  return all.map(([, value], at) => [ids[at]!, value]);
}
