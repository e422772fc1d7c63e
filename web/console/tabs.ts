/** The visitor's tabs that are open, and which of them is in front. */

import { type Frame, FrameFlag, FrameKind, type TabSummary, tabOf } from "../protocol/wire";
import { element, find } from "./dom";
import type { Pages } from "./pages";
import { word } from "./words";

export class Tabs {
  private readonly tabs = new Map<number, TabSummary>();

  constructor(
    private readonly main: HTMLElement,
    private readonly pages: Pages,
  ) {}

  /** What the server knows, which is all that there is. */
  reset(tabs: TabSummary[]): void {
    this.tabs.clear();
    for (const tab of tabs) this.tabs.set(tab.tab, tab);
    this.draw();
  }

  /** Frames say sooner than the server does where a tab is, and whether it is in sight. */
  take({ kind, flags, page }: Frame): void {
    const enters = kind === FrameKind.PAGE_ENTER || kind === FrameKind.HISTORY;
    if (!enters && kind !== FrameKind.VISIBILITY && !(flags & FrameFlag.FRONT)) return;
    const before = this.tabs.get(tabOf(page));
    const now = { tab: tabOf(page), page, is_open: true, is_visible: !(flags & FrameFlag.BACKGROUND) };
    if (JSON.stringify(before) === JSON.stringify(now) && !enters) return;
    this.tabs.set(now.tab, now);
    this.draw();
  }

  draw(): void {
    const open = [...this.tabs.values()].filter((tab) => tab.is_open && tab.page);
    const front = this.tabs.get(tabOf(this.pages.current));
    find("[data-tabs-part]", this.main).hidden = open.length < 2;
    find("[data-elsewhere]", this.main).hidden = !front?.is_open || front.is_visible;
    find("[data-tabs]", this.main).replaceChildren(...open.map((tab) => this.row(tab, tab === front)));
    this.main.dataset.tabCount = String(open.length);
  }

  private row(tab: TabSummary, isFront: boolean): HTMLElement {
    const row = element("li", "", { "data-tab": String(tab.tab) });
    if (isFront) row.setAttribute("aria-current", "true");
    const { title, url } = this.pages.about(tab.page);
    const place = word(isFront ? (tab.is_visible ? "tab.front" : "tab.last") : "tab.behind");
    row.append(element("span", title), element("span", `${place} · ${url}`, { class: "quiet" }));
    return row;
  }
}
