/** Attributes that are left out here, or say something else: what the page has in them stands beside them, for its rules. */

import { STATE_ATTRIBUTE } from "./states";

const NAMES = "autoplay|download|form|href|is|loading|popover|poster|src|srcset|target|usemap";
const SAID = `${STATE_ATTRIBUTE}said-`;
const NAME = new RegExp(`^(${NAMES})$`, "i");
/** Escaped letters and strings come first, so that nothing in them counts. */
const ASKED = new RegExp(`\\\\.|"[^"]*"|\\[(${NAMES})(?=[~|^$*]?[=\\]])`, "gi");
const TAKEN = new RegExp(`\\\\.|"[^"]*"|\\battr\\((${NAMES})(?![\\w-])`, "gi");

export function say(element: Element, name: string, value: string | null): void {
  if (!NAME.test(name)) return;
  if (value === null) element.removeAttribute(SAID + name);
  else element.setAttribute(SAID + name, value);
}

/** A selector that asks for what is said. */
export function askingForSaid(selector: string): string {
  return selector.replace(ASKED, (whole: string, name?: string) => (name ? `[${SAID}${name.toLowerCase()}` : whole));
}

/** The same for a value that takes words out of attributes. */
export function takingSaid(value: string): string {
  return value.replace(TAKEN, (whole: string, name?: string) => (name ? `attr(${SAID}${name.toLowerCase()}` : whole));
}
