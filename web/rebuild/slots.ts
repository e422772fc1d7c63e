/** Slots that a script of the visitor's page has filled. */

import type { Extra } from "../protocol/operations";

export class Slots {
  private readonly grown = new Set<ShadowRoot>();
  private readonly filled = new WeakMap<ShadowRoot, Map<HTMLSlotElement, number[]>>();

  /** Put into a slot what its extra says, as far as it is there. */
  set(element: Element, { slotted = [] }: Extra): void {
    const root = element.getRootNode() as ShadowRoot;
    if (element.localName !== "slot" || root.slotAssignment !== "manual") return;
    const slots = this.filled.get(root) ?? new Map<HTMLSlotElement, number[]>();
    this.filled.set(root, slots.set(element as HTMLSlotElement, slotted));
    fill(element as HTMLSlotElement, slotted, root.host);
  }

  /** Another child of the host is there: its slots are filled anew by `settle`, once for many children. */
  again(host: Node): void {
    const { shadowRoot } = host as Element;
    if (shadowRoot && this.filled.has(shadowRoot)) this.grown.add(shadowRoot);
  }

  settle(): void {
    for (const root of this.grown) {
      const slots = this.filled.get(root)!;
      for (const [slot, positions] of slots)
        if (slot.getRootNode() === root) fill(slot, positions, root.host);
        else slots.delete(slot);
    }
    this.grown.clear();
  }
}

/** What is in one slot is in no other: the browser takes it out of that. */
function fill(slot: HTMLSlotElement, positions: number[], { childNodes }: Element): void {
  slot.assign(...positions.flatMap((at) => (childNodes[at] ? [childNodes[at] as Element | Text] : [])));
}
