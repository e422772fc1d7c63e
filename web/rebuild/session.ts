/** All pages of a session as data, and which of them the visitor is on. Showing is left to whoever listens. */

import { FrontPage } from "../protocol/front";
import type { Viewport } from "../protocol/seam";
import type { AssetMap } from "./asset_map";
import type { Item } from "./decode";
import { PageState } from "./page_state";
import { type Shelf, Shelves } from "./shelf";

export class SessionState {
  /** The one that was heard of last at the end. */
  private readonly pages = new Map<number, PageState>();
  private readonly shelves = new Shelves();
  /** As each tab said it last. */
  private readonly viewports = new Map<number, Viewport>();
  front = new FrontPage();
  paused = false;

  /** Beyond `most` pages, what is heard of one that was forgotten does not fit, and its queue has to be read again. */
  constructor(
    private readonly assets: AssetMap,
    private readonly most = Infinity,
  ) {}

  page(id: number): PageState | undefined {
    return this.pages.get(id);
  }

  /** The page that the visitor looks at. */
  get current(): number {
    return this.front.page;
  }

  get shown(): PageState | undefined {
    return this.pages.get(this.current);
  }

  forget(id: number): void {
    this.pages.delete(id);
  }

  /** A page anew, from what is past; `past` as of PageState. */
  begin(id: number, past: () => Item[]): void {
    this.keep(new PageState(id, past));
  }

  private keep(page: PageState): void {
    this.pages.delete(page.id);
    this.pages.set(page.id, page);
    if (this.pages.size <= this.most) return;
    for (const id of this.pages.keys()) if (id !== this.current) return this.forget(id);
  }

  /** Take one item; throws TreeFault when it does not fit the page. `isPast` as of PageState. */
  take(item: Item, isPast = false): void {
    this.front.take(item.head);
    if (item.name === "close") return this.forget(item.page);
    if (item.name === "pause" || item.name === "resume") this.paused = item.name === "pause";
    if (item.name === "start" || item.name === "end" || item.name === "leave") return;
    if (item.name === "visibility") return;
    if (item.name === "operation" && item.operation[0] === "shelf") return this.shelves.take(item.tab, item.operation);
    this.front.page ||= item.page;
    const page = this.pages.get(item.page) ?? new PageState(item.page);
    this.keep(page);
    if (item.name === "operation" && item.operation[0] === "assets") this.assets.learn(item.operation[2]);
    if (item.name === "operation" && item.operation[0] === "unread") this.assets.miss(item.operation[2]);
    if (item.name === "operation" && item.operation[0] === "snapshot") page.shelf = this.shelfOf(item);
    page.take(item, isPast);
    page.viewport ??= this.viewports.get(item.tab) ?? null;
    if (page.viewport) this.viewports.set(item.tab, page.viewport);
  }

  /** Null where the tree refers to none. Throws NotOnShelf. */
  private shelfOf({ tab, operation }: Item & { name: "operation" }): Shelf | null {
    const edition = operation[0] === "snapshot" && operation[5];
    return edition ? this.shelves.of(tab, edition) : null;
  }
}
