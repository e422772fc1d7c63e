/** Two states of an element's attributes. */

import type { Attributes } from "../protocol/operations";

/** What leads from one to the other, null for an attribute that goes; null when there is nothing. */
export function changedAttributes(before: Attributes, now: Attributes): Record<string, string | null> | null {
  const changes: Record<string, string | null> = {};
  for (const name of Object.keys(now)) if (now[name] !== before[name]) changes[name] = now[name]!;
  for (const name of Object.keys(before)) if (!Object.hasOwn(now, name)) changes[name] = null;
  return Object.keys(changes).length ? changes : null;
}
