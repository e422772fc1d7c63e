/** How a page is announced. */

import { clipped } from "../protocol/text";
import type { Addresses } from "./addresses";
import type { Source } from "./source";

const LONGEST_TITLE = 300;
const LONGEST_URL = 2000;

/** The payload of PAGE_ENTER, and the beginning of HISTORY's. */
export function arrival(source: Source, addresses: Addresses): Record<string, unknown> {
  const url = addresses.own().slice(0, LONGEST_URL);
  const title = clipped(addresses.title(source.title()), LONGEST_TITLE);
  return { url, title, kind: source.kind };
}
