/** The timeline: where one is, what the session was, and what happened when. It is a slider for keyboard and screen reader. */

import { element, find } from "../console/dom";
import { clock, type Word, word, wordOf } from "../console/words";
import { Filmstrip } from "./filmstrip";
import type { Mark, MarkKind, Outline } from "./outline";
import type { VideoTime } from "./skips";

/** Of two marks of a kind that would be closer only one is drawn. */
const NEAR_PX = 4;
/** Who asks for the mark before means the one before that at which they are. */
const BEFORE_MS = 500;
const KINDS: MarkKind[] = ["page", "click", "input", "error", "pause", "agent", "note"];
/** Keys of a slider beside those of the whole page (keys.ts). */
const STEPS_MS: Record<string, number> = { ArrowUp: 5000, ArrowDown: -5000, PageUp: 60_000, PageDown: -60_000 };
const HIDDEN_KEY = "review.marks.hidden";

export class Timeline {
  private readonly track: HTMLElement;
  private readonly played: HTMLElement;
  private readonly lanes: HTMLElement;
  private readonly filmstrip: Filmstrip;
  private readonly hidden = new Set<string>((localStorage.getItem(HIDDEN_KEY) ?? "").split(",").filter(Boolean));
  private outline: Outline | null = null;
  private notes: Mark[] = [];
  /** All of them in the order of time, and those of the kinds that are chosen. */
  private marks: Mark[] = [];
  private shown: Mark[] = [];
  private said = "";
  private atMs = 0;
  private isKeyed = false;
  private durationMs: number;

  constructor(
    private readonly main: HTMLElement,
    private readonly videoTime: VideoTime,
    private readonly seek: (atMs: number) => void,
  ) {
    this.track = find("[data-track]", main);
    this.played = find("[data-played]", main);
    this.lanes = find("[data-lanes]", main);
    this.durationMs = Number(main.dataset.durationMs) || 0;
    this.filmstrip = new Filmstrip(main);
    this.wire();
    new ResizeObserver(() => this.draw()).observe(this.track);
  }

  get length(): number {
    return this.durationMs;
  }

  fill(outline: Outline): void {
    this.outline = outline;
    this.durationMs = outline.duration_ms;
    this.track.setAttribute("aria-valuemax", String(Math.floor(this.durationMs / 1000)));
    this.gather();
  }

  /** What others have pinned to times. */
  pin(notes: Mark[]): void {
    this.notes = notes;
    this.gather();
  }

  show(atMs: number): void {
    this.atMs = atMs;
    if (this.isKeyed) this.previewAt(atMs);
    const share = this.durationMs ? Math.min(1, atMs / this.durationMs) : 0;
    this.played.style.width = `${100 * share}%`;
    const where = this.chapterAt(atMs);
    const values = { at: clock(atMs), of: clock(this.durationMs), page: where };
    const said = word(where ? "timeline.at_page" : "timeline.at", values);
    if (said === this.said) return;
    this.said = said;
    this.track.setAttribute("aria-valuenow", String(Math.floor(atMs / 1000)));
    this.track.setAttribute("aria-valuetext", said);
  }

  /** The next mark that is shown, or the one before (`step` −1). */
  markFrom(atMs: number, step: 1 | -1): Mark | undefined {
    const { shown } = this;
    return step > 0 ? shown.find(([at]) => at > atMs + 1) : shown.findLast(([at]) => at < atMs - BEFORE_MS);
  }

  private gather(): void {
    this.marks = [...(this.outline?.marks ?? []), ...this.notes].sort((a, b) => a[0] - b[0]);
    this.offer();
    this.choose();
  }

  private choose(): void {
    this.shown = this.marks.filter(([, kind]) => !this.hidden.has(kind));
    this.draw();
  }

  private chapterAt(atMs: number): string {
    const chapter = this.outline?.chapters.findLast(({ starts_ms }) => starts_ms <= atMs);
    return chapter ? chapter.title || chapter.url : "";
  }

  private wire(): void {
    const { track } = this;
    track.addEventListener("pointerdown", (event) => {
      track.setPointerCapture(event.pointerId);
      this.keyed(false);
      this.drag(event);
    });
    track.addEventListener("pointermove", (event) => {
      if (track.hasPointerCapture(event.pointerId)) this.drag(event);
      this.preview(event);
    });
    track.addEventListener("pointerleave", () => this.filmstrip.hide());
    track.addEventListener("keydown", (event) => this.onKey(event));
    track.addEventListener("blur", () => this.keyed(false));
    find("[data-mark-kinds]", this.main).addEventListener("change", (event) => this.onChoice(event.target));
  }

  /** What is seen there is shown for keys as it is for a pointer; what else they do is done with the page's keys. */
  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    this.keyed(true);
    const step = STEPS_MS[event.key];
    if (!step) return;
    event.preventDefault();
    this.seek(this.atMs + step);
  }

  private keyed(isKeyed: boolean): void {
    this.isKeyed = isKeyed;
    if (!isKeyed) this.filmstrip.hide();
  }

  private at({ clientX }: PointerEvent): number {
    const { left, width } = this.track.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - left) / width)) * this.durationMs;
  }

  private drag(event: PointerEvent): void {
    this.seek(this.at(event));
    this.preview(event);
  }

  private preview(event: PointerEvent): void {
    this.previewAt(this.at(event));
  }

  private previewAt(atMs: number): void {
    if (!this.durationMs) return;
    const { width } = this.track.getBoundingClientRect();
    const near = (NEAR_PX / width) * this.durationMs;
    const mark = this.shown.findLast(([at]) => Math.abs(at - atMs) <= near);
    const said = mark && [markWords(mark), mark[2]].filter(Boolean).join(": ");
    const shown = { atMs, videoMs: this.videoTime.ofVideo(atMs), share: atMs / this.durationMs };
    this.filmstrip.show(shown, said ?? this.chapterAt(atMs));
  }

  private draw(): void {
    const { outline } = this;
    if (!outline || !this.durationMs) return;
    const chapters = outline.chapters.map(({ starts_ms, ends_ms }) => this.band("chapter-band", starts_ms, ends_ms));
    const idle = outline.idle.map(([from, to]) => this.band("idle", from, to));
    const holes = outline.holes.map(([kind, from, to]) => this.band(kind, from, to));
    this.lanes.replaceChildren(...chapters, ...idle, ...holes, ...this.ticks());
  }

  private band(name: string, fromMs: number, toMs: number): HTMLElement {
    const band = element("i", "", { class: `band ${name}` });
    band.style.insetInlineStart = this.place(fromMs);
    band.style.width = this.place(toMs - fromMs);
    return band;
  }

  private ticks(): HTMLElement[] {
    const near = (NEAR_PX / Math.max(1, this.track.clientWidth)) * this.durationMs;
    const last = new Map<MarkKind, number>();
    return this.shown.flatMap(([at, kind]) => {
      if (at - (last.get(kind) ?? -Infinity) < near) return [];
      last.set(kind, at);
      const tick = element("i", "", { class: "tick", "data-kind": kind });
      tick.style.insetInlineStart = this.place(at);
      return [tick];
    });
  }

  private place(ms: number): string {
    return `${(100 * Math.min(ms, this.durationMs)) / this.durationMs}%`;
  }

  /** Which kinds of marks are drawn, and stepped through. */
  private offer(): void {
    const boxes = KINDS.flatMap((kind) => {
      const count = this.marks.filter((mark) => mark[1] === kind).length;
      if (!count) return [];
      const box = element("input", "", { type: "checkbox", value: kind });
      box.checked = !this.hidden.has(kind);
      const label = element("label", "", { class: "kind", "data-kind": kind });
      label.append(box, element("i"), word(`marks.${kind}` as Word), " ", element("span", String(count)));
      return [label];
    });
    const kinds = find("[data-mark-kinds]", this.main);
    kinds.replaceChildren(find("legend", kinds), ...boxes);
    find("[data-idle-kind]", this.main).hidden = !this.outline?.idle.length;
    find("[data-hole-kind]", this.main).hidden = !this.outline?.holes.length;
  }

  private onChoice(target: EventTarget | null): void {
    const { value, checked } = target as HTMLInputElement;
    if (checked) this.hidden.delete(value);
    else this.hidden.add(value);
    localStorage.setItem(HIDDEN_KEY, [...this.hidden].join(","));
    this.choose();
  }
}

/** What a problem or a deed of an agent was, its row in the log says; of the other kinds there is one each. */
export function markWords([, kind, , name]: Mark): string {
  return name && (kind === "agent" || kind === "error") ? wordOf("operation", name) : word(`mark.${kind}`);
}
