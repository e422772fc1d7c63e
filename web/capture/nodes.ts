/** What the recorder asks of single nodes. */

import { NODE, type Node as TreeNode } from "../protocol/operations";
import { given, inner } from "./given";

export function readDoctype(doctype: DocumentType, id: number): TreeNode {
  return [10, id, doctype.name, doctype.publicId, doctype.systemId];
}

/** A document that was written anew can have another mode, which a document can't be told. */
export function hasOtherMode(node: Node, known: TreeNode): boolean {
  return (
    known[0] === NODE.DOCUMENT &&
    !given.has(node) &&
    ((node as Document).compatMode === "BackCompat") !== (known[3]?.quirks === 1)
  );
}

/** The frame that shows a document. */
export function frameOf(node: Node): Element | null {
  return node.nodeType === NODE.DOCUMENT ? ((node as Document).defaultView?.frameElement ?? null) : null;
}

export function isStyle(node: Node): boolean {
  return node.nodeType === NODE.ELEMENT && (node as Element).localName === "style";
}

export function frameDocument(frame: Element): Document[] {
  try {
    const shown = inner.get(frame) ?? (frame as HTMLIFrameElement).contentDocument;
    return shown ? [shown as Document] : [];
  } catch {
    return [];
  }
}
