/** Mutations as they are sent: new nodes without ids, and what concerns one place together (docs/protocol.md). */

import { numberedFrom } from "./bare";
import type { BareNode, Mutation, Node, SentMutation } from "./operations";
import { childrenOf } from "./tree";

export function sentMutation({ r, a, ...rest }: Mutation): SentMutation {
  const sent: SentMutation = {};
  if (r) sent.r = grouped(r, 1) as SentMutation["r"];
  if (a) {
    const first = a.find(([, , node]) => typeof node === "object")?.[2] as Node | undefined;
    let next = first?.[1] ?? 0;
    let isInOrder = true;
    const bare = (node: Node): unknown => {
      isInOrder &&= node[1] === next++;
      const children = childrenOf(node);
      if (node[0] === 3) return node[2];
      return [node[0], ...node.slice(2).map((part) => (part === children ? children.map(bare) : part))];
    };
    const added = a.map(([parent, before, node]) => [parent, before, typeof node === "object" ? bare(node) : node]);
    if (first && isInOrder) sent.n = first[1];
    sent.a = grouped(isInOrder ? added : a, 2) as SentMutation["a"];
  }
  return { ...sent, ...rest };
}

/** Throws TreeFault. */
export function readMutation({ n, r, a, ...rest }: SentMutation): Mutation {
  const change: Mutation = { ...rest };
  const number = n === undefined ? null : numberedFrom(n);
  if (r) change.r = r.flatMap(([parent, ...nodes]) => nodes.map((node): [number, number] => [parent, node]));
  const read = (node: BareNode | Node): Node | number => {
    if (typeof node === "number") return node;
    return number ? number(node as BareNode) : (node as Node);
  };
  if (a)
    change.a = a.flatMap(([parent, next, ...nodes]) =>
      nodes.map((node): [number, number, Node | number] => [parent, next, read(node)]),
    );
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
