/** The operation log: only the rows in view are in the document, however long the session was. */

import { element, find } from "../console/dom";
import { clock, word, wordOf } from "../console/words";
import { Backoff } from "./backoff";
import type { LogRows, Row } from "./log_rows";

const ROW_PX = 28;
const SPARE_ROWS = 10;
const PAGE_ROWS = 10;
const NEAR_MS = 60;

export interface LogHandlers {
  shown(): void;
  /** Rows in view could not be had; it is tried again, later each time. */
  failed(error: Error): void;
}

export class Log {
  private readonly scroller = find("[data-testid=recording-log]");
  private readonly canvas = element("div", "", { class: "log-canvas", role: "presentation" });
  private readonly lines = new Map<number, HTMLElement>();
  private rows: LogRows | null = null;
  private current = -1;
  private isPicked = false;
  private atMs = 0;
  private readonly backoff = new Backoff(() => this.again());

  constructor(
    private readonly seek: (atMs: number) => void,
    private readonly handlers: LogHandlers,
  ) {
    this.scroller.replaceChildren(this.canvas);
    this.scroller.addEventListener("scroll", () => void this.draw(), { passive: true });
    this.canvas.addEventListener("click", (event) => this.onClick(event));
    this.scroller.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => void this.draw()).observe(this.scroller);
  }

  fill(rows: LogRows): void {
    this.rows = rows;
    this.canvas.style.height = `${rows.count * ROW_PX}px`;
    find("[data-log-count]").textContent = word("log.count", { count: rows.count });
    if (rows.count) void this.draw();
    else this.canvas.replaceChildren(element("p", word("log.empty"), { class: "quiet" }));
  }

  /** What has failed, at once. */
  retry(): void {
    this.backoff.now();
  }

  /** Nothing more is loaded. */
  stop(): void {
    this.backoff.stop();
  }

  private again(): void {
    void this.draw();
    this.follow(this.atMs);
  }

  /** True where something came that was not there. */
  private async bring(load: (rows: LogRows) => Promise<boolean>): Promise<boolean> {
    if (!this.rows || this.backoff.isWaiting) return false;
    try {
      const isNew = await load(this.rows);
      if (isNew) this.backoff.done();
      if (isNew) this.handlers.shown();
      return isNew;
    } catch (error) {
      if (!this.backoff.isWaiting) this.backoff.failed();
      this.handlers.failed(error as Error);
      return false;
    }
  }

  /** Mark the last row before `atMs`, and keep it in view while the video runs. */
  follow(atMs: number): void {
    this.atMs = atMs;
    if (this.isPicked && this.isAt(this.current, atMs)) return;
    this.isPicked = false;
    const at = this.rows?.lastBefore(atMs);
    if (at === undefined)
      return void this.bring((rows) => rows.loadAt(atMs)).then((isNew) => isNew && this.follow(this.atMs));
    if (at !== this.current) this.point(at);
  }

  /** Of rows of one time the one that was picked stays. */
  private isAt(at: number, atMs: number): boolean {
    const row = this.rows?.row(at);
    return row !== undefined && Math.abs(row[0] - atMs) < NEAR_MS;
  }

  private point(at: number): void {
    this.current = at;
    this.reveal(at);
    void this.draw();
  }

  private reveal(at: number): void {
    const { scrollTop, clientHeight } = this.scroller;
    const top = at * ROW_PX;
    if (top < scrollTop || top > scrollTop + clientHeight - ROW_PX) this.scroller.scrollTop = top - clientHeight / 2;
  }

  private async draw(): Promise<void> {
    const { rows } = this;
    if (!rows?.count) return;
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW_PX) - SPARE_ROWS);
    const last = Math.min(rows.count - 1, first + Math.ceil(this.scroller.clientHeight / ROW_PX) + 2 * SPARE_ROWS);
    this.put(rows, first, last);
    if (await this.bring(() => rows.load(first, last))) void this.draw();
  }

  /** Lines stay as long as they are in view, lest one goes while it is pressed. */
  private put(rows: LogRows, first: number, last: number): void {
    for (const [at, line] of this.lines) {
      const isEmpty = !line.hasChildNodes() && rows.row(at);
      if (at >= first && at <= last && !isEmpty) continue;
      line.remove();
      this.lines.delete(at);
    }
    for (let at = first; at <= last; at++) {
      const line = this.lines.get(at) ?? this.draught(rows.row(at), at, rows.count);
      line.setAttribute("aria-selected", String(at === this.current));
      this.lines.set(at, line);
    }
    const fresh = [...this.lines.values()].filter((line) => !line.isConnected);
    this.canvas.append(...fresh);
    if (this.lines.has(this.current)) this.scroller.setAttribute("aria-activedescendant", `log-row-${this.current}`);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  private draught(row: Row | undefined, at: number, count: number): HTMLElement {
    const line = element("div", "", {
      id: `log-row-${at}`,
      class: "log-row",
      role: "option",
      "data-at": String(at),
      "aria-posinset": String(at + 1),
      "aria-setsize": String(count),
    });
    line.style.top = `${at * ROW_PX}px`;
    if (!row) return line;
    const [atMs, , name, text] = row;
    line.dataset.name = name;
    line.append(element("time", clock(atMs)), element("strong", wordOf("operation", name)), element("span", text));
    return line;
  }

  private onClick(event: Event): void {
    const line = (event.target as Element).closest<HTMLElement>("[data-at]");
    if (line) this.go(Number(line.dataset.at));
  }

  /** The keys of a list box: its rows are too many to tab through. */
  private onKey(event: KeyboardEvent): void {
    const count = this.rows?.count ?? 0;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: PAGE_ROWS,
      PageUp: -PAGE_ROWS,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (!step || !count) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(Math.min(count - 1, Math.max(0, this.current + step)));
  }

  private go(at: number): void {
    this.isPicked = true;
    this.point(at);
    const row = this.rows?.row(at);
    if (row) return this.seek(row[0]);
    void this.bring((rows) => rows.load(at, at)).then(() => {
      const there = this.rows?.row(at);
      if (there && this.current === at) this.seek(there[0]);
    });
  }
}
