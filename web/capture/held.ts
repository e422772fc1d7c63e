/** What fields and editors held that hide it: pages repeat it in attributes also when it has been cleared. */

import { enteredIn, isWithin } from "./entered";

const MOST_VALUES = 20;
/** No page repeats more in an attribute. */
const LONGEST = 1000;

export class Held {
  private readonly values = new WeakMap<Element, string[]>();

  /** Each value in the length that it came to, letter by letter. */
  keep(field: Element): void {
    const values = this.values.get(field) ?? [];
    const [value, last] = [enteredIn(field), values.at(-1) ?? ""];
    if (value.length > LONGEST || last.startsWith(value)) return;
    if (value.startsWith(last)) values.pop();
    this.values.set(field, [...values.slice(1 - MOST_VALUES), value]);
  }

  isIn(text: string, field: Element, least: number): boolean {
    return this.values.get(field)?.some((value) => isWithin(value, text, least)) === true;
  }
}
