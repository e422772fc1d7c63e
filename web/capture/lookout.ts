/** What changes without a mutation record: late shadow roots, sheets that scripts change, what is in the top layer. */

import { NODE } from "../protocol/operations";
import type { Marks } from "./marks";
import { topLayer } from "./reader";
import { SheetWatch } from "./rules";

export class Lookout {
  private readonly states = new WeakMap<Node, string>();
  private readonly sheets = new SheetWatch();

  constructor(
    private readonly marks: Marks,
    private readonly isKnown: (node: Node) => boolean,
  ) {}

  begin(): void {
    this.sheets.begin();
  }

  /** Mark the node when it is not as it was seen last. */
  look(node: Node): void {
    if (node.nodeType === NODE.ELEMENT) this.lookAt(node as Element);
    else if (node.nodeType === NODE.DOCUMENT || node.nodeType === NODE.SHADOW) this.lookAtSheets(node as Document);
  }

  private lookAt(element: Element): void {
    const shadow = element.shadowRoot;
    if (shadow && !this.isKnown(shadow)) this.marks.parents.add(element);
    if (element.localName === "dialog" || element.hasAttribute("popover")) this.note(element, topLayer(element) ?? "");
    if (element.localName !== "style") return;
    const { sheet } = element as HTMLStyleElement;
    this.note(element, sheet ? String(this.sheets.version(sheet)) : "");
  }

  private lookAtSheets(root: Document | ShadowRoot): void {
    const sheets = root.adoptedStyleSheets;
    if (sheets?.length || this.states.has(root)) this.note(root, sheets.map((one) => this.sheets.version(one)).join());
  }

  private note(node: Node, state: string): void {
    if (this.states.get(node) === state) return;
    this.states.set(node, state);
    this.marks.elements.add(node as Element);
  }
}
