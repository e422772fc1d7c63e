/** The operation log: only the rows in view are in the document, however long the session was. */

import { element, find } from "../console/dom";
import { clock, word, wordOf } from "../console/words";
import type { Row } from "./rows";

const ROW_PX = 28;
const SPARE_ROWS = 10;

export class Log {
  private readonly scroller = find("[data-testid=recording-log]");
  private readonly canvas = element("div", "", { class: "log-canvas" });
  private rows: Row[] = [];
  private current = -1;
  private pointed = 0;

  constructor(private readonly seek: (atMs: number) => void) {
    this.scroller.replaceChildren(this.canvas);
    this.scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    this.canvas.addEventListener("click", (event) => this.onClick(event));
    this.scroller.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.draw()).observe(this.scroller);
  }

  fill(rows: Row[]): void {
    this.rows = rows;
    this.canvas.style.height = `${rows.length * ROW_PX}px`;
    find("[data-log-count]").textContent = word("log.count", { count: rows.length });
    this.draw();
  }

  fail(text: string): void {
    this.canvas.replaceChildren(element("p", text, { class: "quiet" }));
  }

  /** Mark the last row before `atMs`, and keep it in view while the video runs. */
  follow(atMs: number): void {
    const at = this.rows.findLastIndex((row) => row.atMs <= atMs);
    if (at === this.current) return;
    this.current = at;
    this.pointed = Math.max(0, at);
    this.reveal(at);
    this.draw();
  }

  private reveal(at: number): void {
    const { scrollTop, clientHeight } = this.scroller;
    const top = at * ROW_PX;
    if (top < scrollTop || top > scrollTop + clientHeight - ROW_PX) this.scroller.scrollTop = top - clientHeight / 2;
  }

  private draw(): void {
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW_PX) - SPARE_ROWS);
    const count = Math.ceil(this.scroller.clientHeight / ROW_PX) + 2 * SPARE_ROWS;
    const shown = this.rows.slice(first, first + count);
    this.canvas.replaceChildren(...shown.map((row, offset) => this.draught(row, first + offset)));
  }

  private draught(row: Row, at: number): HTMLElement {
    const button = element("button", "", { type: "button", class: "log-row", "data-at": String(at), tabindex: "-1" });
    button.style.top = `${at * ROW_PX}px`;
    if (at === this.current) button.setAttribute("aria-current", "true");
    button.append(
      element("time", clock(row.atMs)),
      element("strong", wordOf("operation", row.name)),
      element("span", row.text),
    );
    return button;
  }

  private onClick(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-at]");
    if (button) this.go(Number(button.dataset.at));
  }

  /** Up and down step through the log, as its rows are too many to tab through. */
  private onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !this.rows.length) return;
    event.preventDefault();
    this.go(Math.min(this.rows.length - 1, Math.max(0, this.pointed + step)));
  }

  private go(at: number): void {
    const row = this.rows[at];
    if (!row) return;
    this.pointed = this.current = at;
    this.reveal(at);
    this.draw();
    this.seek(row.atMs);
  }
}
