/** All pages of a session as data, and which of them the visitor is on. Showing is left to whoever listens. */

import type { AssetMap } from "./asset_map";
import type { Item } from "./decode";
import { PageState } from "./page_state";

export class SessionState {
  private readonly pages = new Map<number, PageState>();
  /** The page that the visitor looks at. */
  current = 0;
  paused = false;

  constructor(private readonly assets: AssetMap) {}

  page(id: number): PageState | undefined {
    return this.pages.get(id);
  }

  get shown(): PageState | undefined {
    return this.pages.get(this.current);
  }

  forget(id: number): void {
    this.pages.delete(id);
  }

  /** Take one item; throws TreeFault when it does not fit the page. `checks` as of PageState. */
  take(item: Item, checks = true): void {
    if (item.name === "close") return this.forget(item.page);
    if (item.name === "pause" || item.name === "resume") this.paused = item.name === "pause";
    if (item.name === "start" || item.name === "end" || item.name === "leave") return;
    const page = this.pages.get(item.page) ?? new PageState(item.page);
    this.pages.set(item.page, page);
    this.follow(item);
    if (item.name === "operation" && item.operation[0] === "assets") this.assets.learn(item.operation[2]);
    page.take(item, checks);
  }

  /** With several tabs the visitor is where something of theirs happened last. */
  private follow(item: Item): void {
    const arrives = item.name === "enter" || item.name === "return" || this.current === 0;
    const acts = item.name === "operation" && /^(snapshot|pointer|click|scroll|input)$/.test(item.operation[0]);
    if (arrives || acts) this.current = item.page;
  }
}
