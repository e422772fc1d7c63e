/** How a page is announced. */

import { clipped } from "../protocol/text";
import type { Source } from "./source";
import { readViewport } from "./viewport";

const LONGEST_TITLE = 300;
const LONGEST_URL = 2000;

/** The payload of PAGE_ENTER, and the beginning of HISTORY's. */
export function arrival(source: Source): Record<string, unknown> {
  const title = clipped(source.title(), LONGEST_TITLE);
  return { url: location.href.slice(0, LONGEST_URL), title, kind: source.kind, viewport: readViewport() };
}
