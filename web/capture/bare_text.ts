/** A page tree as the text of a snapshot: without ids, and of what the other side has on its shelf only the numbers. */

import { type ElementNode, NODE, type Node } from "../protocol/operations";
import { childrenOf, extraOf, type TreeModel } from "../protocol/tree";

/** Of a step. */
const PIECE_LENGTH = 16 * 1024;

interface Open {
  children: Node[];
  at: number;
  /** What follows the children. */
  tail: string;
  /** By which it goes to the shelf. */
  name: string | null;
}

export interface Shelving {
  /** The number of what is there, else 0. */
  find(name: string): number;
  /** Its number, 0 when there is no room. */
  put(name: string, text: string): number;
}

/** The text, step by step; what is not on the shelf yet is put there. The tree is digested. */
export function* bareText(model: TreeModel, shelf: Shelving, root: Node = model.root): Generator<void, string> {
  const open: Open[] = [begun(root, null)];
  /** The text of the page, and of each subtree that will go to the shelf and is not complete. */
  const texts = [head(root)];
  let length = 0;
  const write = (text: string): void => {
    texts[texts.length - 1] += text;
    length += text.length;
  };
  const shelve = (name: string, text: string): void => write(String(shelf.put(name, text) || text));
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    const node = inner.children[inner.at++];
    if (node === undefined) close(inner);
    else add(node, inner.at > 1 ? "," : "");
    if (length < PIECE_LENGTH) continue;
    length = 0;
    yield;
  }
  return texts[0]!;

  function add(node: Node, separator: string): void {
    const name = model.nameOf(node);
    const known = name ? shelf.find(name) : 0;
    write(separator + (known || ""));
    if (known) return;
    if (!childrenOf(node)) return name ? shelve(name, head(node)) : write(head(node));
    if (name) texts.push("");
    open.push(begun(node, name));
    write(head(node));
  }

  function close({ tail, name }: Open): void {
    open.pop();
    write(tail);
    if (name) shelve(name, texts.pop()!);
  }
}

function begun(node: Node, name: string | null): Open {
  const [children, extra] = [childrenOf(node), extraOf(node)];
  const tail = extra ? `],${JSON.stringify(extra)}]` : "]]";
  return { children: children ?? [], at: 0, tail: children ? tail : "", name };
}

/** All of a node that comes before its children. */
function head(node: Node): string {
  switch (node[0]) {
    case NODE.ELEMENT: {
      const [, , tag, attributes] = node as ElementNode;
      return `[1,${JSON.stringify(tag)},${JSON.stringify(attributes)},[`;
    }
    case NODE.DOCUMENT:
    case NODE.SHADOW:
      return `[${node[0]},[`;
    case NODE.TEXT:
      return JSON.stringify(node[2]);
    default:
      return JSON.stringify([node[0], ...node.slice(2)]);
  }
}
