/** Passwords that were entered: pages show them in fields and texts of their own. */

import { unescaped } from "../protocol/css";
import { enteredIn } from "./entered";

/** A shorter one is found by chance in other texts. */
const LEAST = 6;
const MOST = 30;

export class Passwords {
  /** The newest last. */
  private readonly known = new Set<string>();
  /** What was seen last in fields that have ever been for one. */
  private readonly seen = new WeakMap<Element, string>();

  /** Called for every field that is seen, so that a password is known before its type changes. */
  see(field: Element): void {
    const before = this.seen.get(field) ?? ((field as HTMLInputElement).type === "password" ? "" : null);
    if (before === null) return;
    const password = enteredIn(field);
    this.seen.set(field, password);
    if (password.length < LEAST) return;
    if (password.startsWith(before)) this.known.delete(before); // it grows key by key
    this.known.add(password);
    if (this.known.size > MOST) this.known.delete(this.known.values().next().value!);
  }

  /** Also behind backslashes, as style text and JSON have quotes and others. */
  areIn(text: string): boolean {
    const texts = this.known.size && text.includes("\\") ? [text, unescaped(text)] : [text];
    for (const password of this.known) if (texts.some((one) => one.includes(password))) return true;
    return false;
  }
}
