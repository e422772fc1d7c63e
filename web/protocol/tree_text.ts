/** A tree as JSON, piece by piece: of a large one all at once would take longer than the page can wait. */

import type { ElementNode, Node } from "./operations";
import { childrenOf, extraOf } from "./tree";

const PIECE_LENGTH = 16 * 1024;

interface Open {
  children: Node[];
  at: number;
  /** What follows the children. */
  tail: string;
}

/** Together the pieces are what `JSON.stringify(root)` gives. */
export function* treeText(root: Node): Generator<string, void> {
  const open: Open[] = [{ children: [root], at: 0, tail: "" }];
  let text = "";
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    const node = inner.children[inner.at++];
    if (node === undefined) text += open.pop()!.tail;
    else text += `${inner.at > 1 ? "," : ""}${begin(node, open)}`;
    if (text.length < PIECE_LENGTH) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** All that comes before the node's children, which are put on `open`; of a node that has none, all of it. */
function begin(node: Node, open: Open[]): string {
  const children = childrenOf(node);
  if (!children) return JSON.stringify(node);
  const extra = extraOf(node);
  open.push({ children, at: 0, tail: extra ? `],${JSON.stringify(extra)}]` : "]]" });
  const [kind, id, name, attributes] = node as ElementNode;
  return kind === 1 ? `[1,${id},${JSON.stringify(name)},${JSON.stringify(attributes)},[` : `[${kind},${id},[`;
}
