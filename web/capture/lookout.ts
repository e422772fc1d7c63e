/** What changes without a mutation record: late shadow roots, rules and sheets that scripts change. */

import { NODE } from "../protocol/operations";
import type { Marks } from "./marks";

export class Lookout {
  private readonly counts = new WeakMap<Node, string>();

  constructor(
    private readonly marks: Marks,
    private readonly isKnown: (node: Node) => boolean,
  ) {}

  /** Mark the node when it is not as it was seen last. */
  look(node: Node): void {
    if (node.nodeType === NODE.ELEMENT) this.lookAt(node as Element);
    else if (node.nodeType === NODE.DOCUMENT || node.nodeType === NODE.SHADOW) this.lookAtSheets(node as Document);
  }

  private lookAt(element: Element): void {
    const shadow = element.shadowRoot;
    if (shadow && !this.isKnown(shadow)) this.marks.parents.add(element);
    if (element.localName !== "style") return;
    const count = (element as HTMLStyleElement).sheet?.cssRules.length ?? 0;
    this.note(element, String(count));
  }

  private lookAtSheets(root: Document | ShadowRoot): void {
    const sheets = root.adoptedStyleSheets;
    if (sheets?.length || this.counts.has(root)) this.note(root, sheets.map((sheet) => sheet.cssRules.length).join());
  }

  private note(node: Node, count: string): void {
    if (this.counts.get(node) === count) return;
    this.counts.set(node, count);
    this.marks.elements.add(node as Element);
  }
}
