/** Mutations as they are sent: new nodes without ids, others by the difference to the one before (docs/protocol.md). */

import { numberedFrom } from "./bare";
import { type ReadForms, SentForms } from "./forms";
import { type BareNode, type Extra, type Mutation, NODE, type Node, type SentMutation } from "./operations";
import { areInOrder, childrenOf, extraOf, TreeFault } from "./tree";

/** What the mutations of a stream have said. */
export class Said {
  /** Adopted sheets by their text: where one stands again it is its number. */
  readonly sheets: Sheets = new Map();
  readonly forms = new SentForms();
}

type Sheets = Map<string, number>;
/** The same at the other side, in order. */
export type SheetList = string[][];

/** What is sent, and the id of the first new node, 0 where there is none; without one where they are not in order. */
export function sentMutation(change: Mutation, { sheets, forms }: Said): [Mutation] | [SentMutation, first: number] {
  const { r, a, t, s, e } = change;
  const added = (a ?? []).flatMap(([, , node]) => (typeof node === "object" ? [node] : []));
  const first = added[0]?.[1] ?? 0;
  if (!areInOrder(added, first)) return [change];
  const sent: SentMutation = {};
  if (r) sent.r = grouped(r, 1).map(([parent, ...gone]) => [parent, ...differences(gone)]) as SentMutation["r"];
  if (a) {
    const tell = (node: Node | number): BareNode => (typeof node === "object" ? forms.sent(bare(node, sheets)) : node);
    const told = a.map(([parent, next, node]) => [parent, next, tell(node)]);
    forms.end();
    sent.a = grouped(told, 2) as SentMutation["a"];
  }
  if (t) sent.t = relative(t);
  if (s) sent.s = relative(s);
  if (e) sent.e = e.map(([id, extra]) => [id, shortened(extra, sheets)]);
  return [sent, first];
}

function bare(node: Node, sheets: Sheets): BareNode {
  if (node[0] === NODE.TEXT) return node[2];
  const [children, extra] = [childrenOf(node), extraOf(node)];
  const parts = node.slice(2).map((part) => {
    if (part === children) return children.map((child) => bare(child, sheets));
    return part && part === extra ? shortened(extra, sheets) : part;
  });
  return [node[0], ...parts] as BareNode;
}

function shortened(extra: Extra, sheets: Sheets): Extra {
  if (!extra.adopted) return extra;
  const adopted = extra.adopted.map((sheet) => {
    const text = JSON.stringify(sheet);
    const known = sheets.get(text);
    if (known === undefined) sheets.set(text, sheets.size);
    return known ?? sheet;
  });
  return { ...extra, adopted: adopted as string[][] };
}

/** Puts the sheets in again, and notes the new ones; returns how long those are together that had been said before. */
export function putSheets(said: unknown, sheets: SheetList): number {
  if (typeof said !== "object" || !said) return 0;
  if (Array.isArray(said)) return said.reduce((sum: number, part) => sum + putSheets(part, sheets), 0);
  const { adopted } = said as Extra;
  if (!Array.isArray(adopted)) return 0;
  let length = 0;
  (said as Extra).adopted = (adopted as (string[] | number)[]).map((sheet) => {
    if (typeof sheet !== "number") return sheets[sheets.push(sheet) - 1]!;
    const known = sheets[sheet];
    if (!known) throw new TreeFault("a style sheet has not been said before");
    length += known.reduce((sum, rule) => sum + rule.length, 1);
    return [...known];
  });
  return length;
}

/** Throws TreeFault, or TypeError for what is none. */
export function readMutation({ r, a, t, s, ...rest }: SentMutation, first: number, forms: ReadForms): Mutation {
  const change: Mutation = { ...rest };
  const numbered = numberedFrom(first);
  const placed = (node: BareNode | number): Node | number =>
    typeof node === "number" ? node : numbered(forms.read(node));
  if (r) change.r = r.flatMap(([parent, ...gone]) => sums(gone).map((id): [number, number] => [parent, id]));
  if (a)
    change.a = a.flatMap(([parent, next, ...nodes]) =>
      nodes.map((node): [number, number, Node | number] => [parent, next, placed(node)]),
    );
  if (t) change.t = absolute(t);
  if (s) change.s = absolute(s);
  return change;
}

/** What follows each other and begins with the same `count` numbers, with these said once. */
function grouped<T>(all: readonly (readonly T[])[], count: number): T[][] {
  const groups: T[][] = [];
  for (const one of all) {
    const last = groups.at(-1);
    if (last?.slice(0, count).join() === one.slice(0, count).join()) last.push(one[count]!);
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
