/** Styles that we put on an element of the page; they stay when the page changes its own. */

import type { Styles } from "./gaps";

export class Dress {
  private readonly worn = new WeakMap<Element, Styles>();

  put(element: Element, styles: Styles): void {
    this.worn.set(element, { ...this.worn.get(element), ...styles });
    this.again(element);
  }

  wears(element: Element): boolean {
    return this.worn.has(element);
  }

  again(element: Element): void {
    const { style } = element as Partial<HTMLElement>;
    const worn = this.worn.get(element);
    if (style && worn) for (const [name, value] of Object.entries(worn)) style.setProperty(name, value, "important");
  }

  /** All that was put on. */
  take(element: Element): void {
    const { style } = element as Partial<HTMLElement>;
    for (const name of Object.keys(this.worn.get(element) ?? {})) style?.removeProperty(name);
    this.worn.delete(element);
  }
}
