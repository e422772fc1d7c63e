/**
 * The line of reading that a text is part of. Applications split a number over inline elements and over text nodes side
 * by side, so personal data is looked for in the line and not in the node alone.
 */

import type { Run } from "../protocol/cards";
import { type DataType, findPersonal, hidden, merged } from "./personal";

const MOST_CHARACTERS = 200;
const MOST_LEVELS = 3;
const MOST_STEPS = 60;
/** A line ends where one of them begins or ends. */
const BREAKS = new Set(
  (
    "address article aside blockquote body br button canvas caption dd details dialog div dl dt embed fieldset figcaption " +
    "figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe img input legend li main nav object ol optgroup option " +
    "p picture pre script section select style summary svg table tbody td template textarea tfoot th thead title tr ul video"
  ).split(" "),
);
const EMAIL: ReadonlySet<DataType> = new Set(["email"] as const);

type Side = ["previousSibling", "lastChild"] | ["nextSibling", "firstChild"];
const BACK: Side = ["previousSibling", "lastChild"];
const ON: Side = ["nextSibling", "firstChild"];

/** The node's text with personal data hidden, also what is split over its neighbours. */
export function hiddenInLine(node: Node, text: string, types: ReadonlySet<DataType>): string {
  if (!types.size) return text;
  const before = [...closeTexts(node, BACK)].reverse();
  const after = [...closeTexts(node, ON)];
  const own = findPersonal(text, types);
  if (!before.length && !after.length) return hidden(text, own);
  const start = before.join("").length;
  const joined = split([...before, text, ...after], types).map(([from, to]): Run => {
    return [Math.max(from - start, 0), Math.min(to - start, text.length)];
  });
  return hidden(text, merged([...own, ...joined.filter(([from, to]) => from < to)]));
}

/** Texts that may have to be read anew when this has changed. */
export function affectedBy({ type, target, previousSibling: left, nextSibling: right }: MutationRecord): Node[] {
  if (type === "characterData") return [...texts(target, BACK), ...texts(target, ON)];
  if (type !== "childList") return [];
  return [...edge(target, left, BACK), ...edge(target, right, ON)];
}

/** An address is not longer for what stands before it in another node without a space. */
function split(parts: string[], types: ReadonlySet<DataType>): Run[] {
  const line = parts.join("");
  const runs = findPersonal(line, types);
  if (!types.has("email") || !line.includes("@")) return runs;
  let at = 0;
  const whole = parts.flatMap((part) => {
    at += part.length;
    return findPersonal(part, EMAIL).map(([from, to]) => [from + at - part.length, to + at - part.length] as Run);
  });
  return runs.filter(([from, to]) => !whole.some(([start, end]) => from <= start && end <= to));
}

function* closeTexts(node: Node, side: Side): Generator<string> {
  let left = MOST_CHARACTERS;
  for (const { nodeValue } of texts(node, side)) {
    const text = nodeValue!;
    yield side === BACK ? text.slice(-left) : text.slice(0, left);
    left -= text.length;
    if (left <= 0) return;
  }
}

function edge(parent: Node, child: Node | null, side: Side): Node[] {
  if (!child) return isBreak(parent) ? [] : [...texts(parent, side)];
  const first = deepest(child, side);
  return [...(first.nodeType === 3 ? [first] : []), ...texts(first, side)];
}

/** Text nodes of the line on one side of the node, the nearest first. */
function* texts(node: Node, [sibling, child]: Side): Generator<Node> {
  let [at, levels] = [node, 0];
  for (let steps = 0; steps < MOST_STEPS && levels <= MOST_LEVELS && !isBreak(at); steps++) {
    const next: Node | null = at[sibling];
    if (!next && !at.parentNode) return;
    at = next ?? at.parentNode!;
    if (!next) levels++;
    for (; next && !isBreak(at) && at[child]; levels--) at = at[child]!;
    if (at.nodeType === 3) yield at;
  }
}

function deepest(node: Node, [, child]: Side): Node {
  let at = node;
  while (!isBreak(at) && at[child]) at = at[child];
  return at;
}

function isBreak(node: Node): boolean {
  return node.nodeType > 8 || (node.nodeType === 1 && BREAKS.has((node as Element).localName));
}
