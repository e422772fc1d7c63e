/** What lies above the page, and in which order it came there. */

let last = 0;
const orders = new WeakMap<Element, number>();

export function topLayer(element: Element): "modal" | "popover" | "fullscreen" | null {
  if (element.localName === "dialog" && element.matches(":modal")) return "modal";
  if (element.hasAttribute("popover") && element.matches(":popover-open")) return "popover";
  const isFull =
    element === element.ownerDocument.fullscreenElement && element !== element.ownerDocument.documentElement;
  return isFull ? "fullscreen" : null;
}

/** It may have come there just now, above all others. */
export function noteToggled(element: Element): void {
  if (topLayer(element)) orders.set(element, ++last);
  else orders.delete(element);
}

/** What was there before anybody looked has come in the order of the tree. */
export function orderOf(element: Element): number {
  if (!orders.has(element)) noteToggled(element);
  return orders.get(element) ?? 0;
}
