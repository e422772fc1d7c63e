/** Slots that a script fills: no attribute says with what. */

export function isManual(root: Node): root is ShadowRoot {
  return (root as ShadowRoot).slotAssignment === "manual";
}

/** As of `Extra.slotted`; empty for a slot that attributes fill. */
export function slottedInto(element: Element): number[] {
  const root = element.localName === "slot" && element.getRootNode();
  if (!root || !isManual(root)) return [];
  const children = Array.from<Node>(root.host.childNodes);
  return (element as HTMLSlotElement).assignedNodes().map((node) => children.indexOf(node));
}
