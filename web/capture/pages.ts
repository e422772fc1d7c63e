/** The pages of this tab that the other side knows, kept across documents in the host's storage. */

import type { CaptureHost } from "../protocol/seam";
import { SHELF_COUNTER, TAB_SHIFT } from "../protocol/wire";

const MAX_PAGES = 64;
const MAX_POINTS = 8;
/** A page is mostly returned to as it was sent, or as it came to rest first. */
const KEPT_POINTS = 2;

export interface KnownPage {
  id: number;
  /** What says that it may be the same page: URL without fragment, or the name of a native page. */
  key: string;
  /** States that can be named: digest of the tree after the frame `seq` of this tab. */
  points: [digest: string, seq: number][];
  /** Pictures of its canvases in document order, as left. */
  canvas: string[];
  /** Every asset of it has been announced. */
  complete: boolean;
}

interface Table {
  next: number;
  pages: KnownPage[];
}

export class Pages {
  private table: Table = { next: 1, pages: [] };

  constructor(private readonly host: CaptureHost) {
    this.reload();
  }

  /** Other documents of the tab may have written since (back/forward cache). */
  reload(): void {
    const saved = this.host.load("pages");
    if (saved) this.table = JSON.parse(saved) as Table;
  }

  save(): void {
    this.host.save("pages", JSON.stringify(this.table));
  }

  create(key: string): KnownPage {
    const id = ((this.host.tab << TAB_SHIFT) | Math.min(this.table.next++, SHELF_COUNTER - 1)) >>> 0;
    const page: KnownPage = { id, key, points: [], canvas: [], complete: false };
    this.table.pages.push(page);
    if (this.table.pages.length > MAX_PAGES) this.table.pages.shift();
    this.save();
    return page;
  }

  /** Pages that were captured under this key, the latest first. */
  named(key: string): KnownPage[] {
    return this.table.pages.filter((page) => page.key === key && page.points.length).reverse();
  }

  /** Their queues begin anew, or what they refer to does: states of before can't be named any more. */
  restart(pages = this.table.pages): void {
    for (const page of pages) page.points = [];
    this.save();
  }

  point(page: KnownPage, digest: string, seq: number): void {
    page.points = [...page.points.filter(([known]) => known !== digest), [digest, seq] as [string, number]];
    if (page.points.length > MAX_POINTS) page.points.splice(KEPT_POINTS, 1);
    this.save();
  }
}

export function findPoint(pages: KnownPage[], digest: string): { page: KnownPage; seq: number } | null {
  for (const page of pages) {
    const point = page.points.find(([known]) => known === digest);
    if (point) return { page, seq: point[1] };
  }
  return null;
}
