/** The visitor's pages in the order of time, the current one marked. */

import { FrontPage } from "../protocol/front";
import { type Frame, FrameKind, type PageSummary } from "../protocol/wire";
import { element, find } from "./dom";
import { word } from "./words";

const PAGES_SHOWN = 200;

interface KnownPage {
  url: string;
  title: string;
  kind: string;
  isClosed: boolean;
}

export class Pages {
  private readonly front = new FrontPage();
  private readonly known = new Map<number, KnownPage>();

  constructor(private readonly main: HTMLElement) {}

  get current(): number {
    return this.front.page;
  }

  about(page: number): { title: string; url: string } {
    const { title = "", url = "" } = this.known.get(page) ?? {};
    return { title: title || word("page.untitled"), url };
  }

  /** What the server knows when the console connects. */
  reset(pages: PageSummary[], current: number): void {
    this.known.clear();
    for (const { page, url, title, kind, closed_at } of pages)
      this.add(page, { url, title, kind, isClosed: closed_at != null });
    this.front.page = current;
    this.draw();
  }

  /** Frames that enter, return to or close a page; others say nothing here. */
  take(frame: Frame): void {
    const before = this.current;
    this.front.take(frame);
    this.learn(frame);
    if (before !== this.current) this.draw();
  }

  /** The same from a page's queue, which may be the queue of a page that the visitor has left. */
  takeQueue(frames: Frame[], current: number): void {
    for (const frame of frames) this.learn(frame);
    this.front.page = current;
    this.draw();
  }

  private learn(frame: Frame): void {
    if (frame.kind === FrameKind.PAGE_ENTER || frame.kind === FrameKind.HISTORY) this.enter(frame);
    else if (frame.kind === FrameKind.PAGE_CLOSE) this.close(frame.page);
  }

  private enter(frame: Frame): void {
    const { url, title, kind } = JSON.parse(new TextDecoder().decode(frame.payload)) as KnownPage;
    this.add(frame.page, { url, title, kind, isClosed: false });
    this.draw();
  }

  private close(page: number): void {
    const known = this.known.get(page);
    if (known) known.isClosed = true;
    this.draw();
  }

  private add(page: number, known: KnownPage): void {
    this.known.set(page, known);
    const [oldest] = this.known.keys();
    if (this.known.size > PAGES_SHOWN && oldest !== undefined) this.known.delete(oldest);
  }

  private draw(): void {
    const list = find("[data-pages]", this.main);
    list.replaceChildren(...[...this.known].map(([page, known]) => this.row(page, known)));
    const current = list.querySelector<HTMLElement>("[aria-current]");
    if (current) list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 2;
    const shown = this.known.get(this.current);
    if (!shown) return;
    find("[data-page-title]", this.main).textContent = shown.title || word("page.untitled");
    find("[data-page-url]", this.main).textContent = shown.url;
  }

  private row(page: number, known: KnownPage): HTMLElement {
    const row = element("li", "", { "data-page": String(page) });
    if (page === this.current) row.setAttribute("aria-current", "page");
    row.classList.toggle("closed", known.isClosed);
    const kind = known.kind === "native" ? ` · ${word("page.native")}` : "";
    row.append(
      element("span", (known.title || word("page.untitled")) + kind),
      element("span", known.url, { class: "quiet" }),
    );
    return row;
  }
}
