/** Slots that a script of the visitor's page has filled. */

import type { Extra } from "../protocol/operations";

export class Slots {
  private readonly filled = new WeakMap<ShadowRoot, Map<HTMLSlotElement, number[]>>();

  /** Put into a slot what its extra says, as far as it is there. */
  set(element: Element, { slotted = [] }: Extra): void {
    const root = element.getRootNode() as ShadowRoot;
    if (element.localName !== "slot" || root.slotAssignment !== "manual") return;
    const slots = this.filled.get(root) ?? new Map<HTMLSlotElement, number[]>();
    this.filled.set(root, slots.set(element as HTMLSlotElement, slotted));
    this.fill(root);
  }

  /** Another child of the host is there. */
  again(host: Node): void {
    const { shadowRoot } = host as Element;
    if (shadowRoot && this.filled.has(shadowRoot)) this.fill(shadowRoot);
  }

  /** What is in one slot is in no other. */
  private fill(root: ShadowRoot): void {
    const children = root.host.childNodes;
    for (const [slot, positions] of this.filled.get(root)!)
      slot.assign(...positions.flatMap((at) => (children[at] ? [children[at] as Element | Text] : [])));
  }
}
