/**
 * What another document has said of the nodes that stand for its own (mirror.ts): by themselves they say nothing, are
 * seen nowhere, and have neither style nor size.
 */

import type { Attributes, Extra } from "../protocol/operations";
import type { Reader } from "./reader";

export interface Given {
  id: number;
  depth: number;
  attributes: Attributes;
  extra: Extra;
  /** Of what has the focus: whether that shows. */
  ring?: boolean;
}

export const given = new WeakMap<Node, Given>();
/** The document of a frame; in such a document also what stands for the shadow root of an element. */
export const inner = new WeakMap<Node, Node>();
/** Of the document of a frame: what in it has the focus. */
export const focusedOf = new WeakMap<Node, Element>();

type Reading = Pick<Reader, "children" | "text" | "attributes" | "extra">;

/** As has been said. */
const READING: Reading = {
  children(node) {
    const root = inner.get(node);
    return [...(root ? [root] : []), ...node.childNodes];
  },
  text: (node) => node.nodeValue ?? "",
  attributes: (element) => ({ ...given.get(element)!.attributes }),
  extra(node) {
    const { extra } = given.get(node)!;
    return Object.keys(extra).length ? { ...extra } : undefined;
  },
};

/** What reads this node. */
export function readerOf(node: Node, reader: Reader): Reading {
  return given.has(node) ? READING : reader;
}
