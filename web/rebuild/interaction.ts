/** What the visitor's pointer and focus are on, as attributes: the rules of the rebuilt page match them as states. */

import { STATE_ATTRIBUTE } from "./sheets";

export class Interaction {
  private focused: Element | null = null;
  private hovered: Element[] = [];

  hover(node: Node | null): void {
    const name = `${STATE_ATTRIBUTE}hover`;
    const chain: Element[] = [];
    for (let at = node; at; at = at.parentNode) if (at.nodeType === 1) chain.push(at as Element);
    for (const element of this.hovered) if (!chain.includes(element)) element.removeAttribute(name);
    for (const element of chain) if (!element.hasAttribute(name)) element.setAttribute(name, "");
    this.hovered = chain;
  }

  focus(element: Element | null, isVisible: boolean): void {
    for (let at = this.focused; at; at = at.parentElement) {
      for (const name of ["focus", "focus-visible", "focus-within"]) at.removeAttribute(STATE_ATTRIBUTE + name);
    }
    this.focused = element;
    element?.setAttribute(`${STATE_ATTRIBUTE}focus`, "");
    if (isVisible) element?.setAttribute(`${STATE_ATTRIBUTE}focus-visible`, "");
    for (let at = element; at; at = at.parentElement) at.setAttribute(`${STATE_ATTRIBUTE}focus-within`, "");
  }
}
