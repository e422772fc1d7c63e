/** The operation log as rows that a person reads. */

import type { Item } from "../rebuild/decode";
import { type Description, describe } from "../rebuild/describe";

export interface Row extends Description {
  /** Since the session's start. */
  atMs: number;
}

const SAME_WITHIN_MS = 1000;

/** Like things within a second become one row. */
export function rowsOf(items: Item[], startMs: number): Row[] {
  const rows: Row[] = [];
  for (const item of items) {
    const said = describe(item);
    if (!said) continue;
    const row = { atMs: item.at - startMs, ...said };
    const last = rows.at(-1);
    if (last?.name === row.name && last.text === row.text && row.atMs - last.atMs < SAME_WITHIN_MS) continue;
    rows.push(row);
  }
  return rows;
}
