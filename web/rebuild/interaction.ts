/** What the visitor's pointer and focus are on, as attributes: the rules of the rebuilt page match them as states. */

import { showState } from "./states";

export class Interaction {
  private focused: Element | null = null;
  private isVisible = false;
  /** The element that has the focus, and what it is in. */
  private around: Element[] = [];
  private hovered: Element[] = [];
  private pressed: Element[] = [];

  /** What the pointer is on, from within. */
  get on(): Element[] {
    return this.hovered;
  }

  hover(node: Node | null): void {
    const chain: Element[] = [];
    const from = node?.nodeType === 1 ? (node as Element) : (node?.parentElement ?? null);
    for (let at = from; at; at = above(at) ?? frameOf(at)) chain.push(at);
    const label = chain.find((at): at is HTMLLabelElement => at.localName === "label");
    this.hovered = exchange("hover", this.hovered, label?.control ? [...chain, label.control] : chain);
  }

  /** What the pointer is on, or nothing. */
  press(isDown: boolean): void {
    this.pressed = exchange("active", this.pressed, isDown ? this.hovered : []);
  }

  focus(element: Element | null, isVisible: boolean): void {
    this.mark([]);
    this.focused = element;
    this.isVisible = isVisible;
    this.followFocus();
  }

  /** What is around the focus may have changed. */
  followFocus(): void {
    const chain: Element[] = [];
    for (let at = this.focused; at; at = above(at)) chain.push(at);
    if (chain.length === this.around.length && chain.every((at, i) => at === this.around[i])) return;
    this.mark(chain);
  }

  private mark(chain: Element[]): void {
    for (const at of this.around)
      for (const state of ["focus", "focus-visible", "focus-within"]) showState(at, state, false);
    this.around = chain;
    for (const at of chain) showState(at, "focus-within", true);
    const [element = null] = chain;
    for (let at = element; at; at = hostOf(at)) showState(at, "focus", true);
    if (element && this.isVisible) showState(element, "focus-visible", true);
  }
}

function exchange(state: string, before: Element[], now: Element[]): Element[] {
  for (const element of before) if (!now.includes(element)) showState(element, state, false);
  for (const element of now) showState(element, state, true);
  return now;
}

/** In the tree as it is laid out; what is in the top layer is in nothing. */
function above(element: Element): Element | null {
  if (element.matches(":modal, :popover-open")) return null;
  return element.assignedSlot ?? element.parentElement ?? hostOf(element);
}

/** Of the page, not the one that shows all of it; it is under the pointer, but has no focus within. */
function frameOf({ ownerDocument }: Element): Element | null {
  const frame = ownerDocument.defaultView?.frameElement;
  return frame && frame.ownerDocument !== document ? frame : null;
}

function hostOf(element: Element): Element | null {
  return (element.getRootNode() as Partial<ShadowRoot>).host ?? null;
}
