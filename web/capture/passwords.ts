/** Passwords that were entered: pages show them in fields and texts of their own. */

import { unescaped } from "../protocol/css";
import { enteredIn } from "./entered";

/** A shorter one is found by chance in other texts. */
const LEAST = 6;
const MOST = 30;

export class Passwords {
  /** None holds another one: what tells the longer one tells the shorter, too. The newest last. */
  private readonly known = new Set<string>();
  /** Fields that have ever been for one. */
  private readonly fields = new WeakSet<Element>();

  /** Called for every field that is seen, so that a password is known before its type changes. */
  see(field: Element): void {
    if ((field as HTMLInputElement).type === "password") this.fields.add(field);
    const password = this.fields.has(field) ? enteredIn(field) : "";
    if (password.length < LEAST || [...this.known].some((known) => password.includes(known))) return;
    for (const known of this.known) if (known.includes(password)) this.known.delete(known);
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
