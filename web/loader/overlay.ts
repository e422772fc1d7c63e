/** Shows the visitor what the agent does not see: boxes over it, in a layer of our own that is never captured. */

import { capture as english } from "../i18n/en.json";
import { capture as chinese } from "../i18n/zh-Hans.json";
import type { Hidden } from "../protocol/seam";
import { type Box, clipped } from "./boxes";
import { OVERLAY_STYLES } from "./overlay_styles";
import { Sight } from "./sight";

type Words = typeof english;

const LOOK_EVERY_MS = 250;
/** Of a frame. */
const LOOK_MS = 6;
/** To look takes at most so much of the time, and so does measuring. */
const SHARE = 5;
const LONGEST_BULLETS = 200;

export class Overlay {
  private layer: HTMLElement | null = null;
  private words: Words = english;
  private sight: Sight | null = null;
  /** A look that is under way, and what it has found so far. */
  private search: Iterator<Hidden | null> | null = null;
  private found: Hidden[] = [];
  /** When it began, and how much of the time it took. */
  private searchedAt = 0;
  private tookMs = 0;
  private placeAt = 0;
  private drawn = "";
  private modal: Element | null = null;

  constructor(
    private readonly own: Element,
    /** Null where it can't be told. */
    private readonly hidden: () => Iterable<Hidden | null> | null,
  ) {}

  show(on: boolean, language = ""): void {
    this.layer?.remove();
    this.layer = null;
    this.sight?.stop();
    if (!on) return;
    this.words = language === "zh-Hans" ? chinese : english;
    this.layer = layerIn(this.own.shadowRoot ?? this.own);
    this.sight = new Sight();
    [this.search, this.searchedAt, this.tookMs, this.placeAt, this.drawn, this.modal] = [
      null,
      -Infinity,
      0,
      0,
      "",
      null,
    ];
    this.draw(this.layer, this.sight);
  }

  private draw(layer: HTMLElement, sight: Sight): void {
    if (layer !== this.layer) return;
    this.look(layer, sight);
    if (performance.now() >= this.placeAt) this.place(layer, sight);
    requestAnimationFrame(() => this.draw(layer, sight));
  }

  private place(layer: HTMLElement, sight: Sight): void {
    const began = performance.now();
    const boxes = clipped(sight.items());
    const drawn = JSON.stringify(boxes);
    if (drawn !== this.drawn) place(layer.shadowRoot!.firstElementChild!, boxes);
    this.drawn = drawn;
    this.placeAt = began + (SHARE - 1) * (performance.now() - began);
  }

  /** What is hidden changes more seldom than where it stands; of a large page it is looked for over many frames. */
  private look(layer: HTMLElement, sight: Sight): void {
    const began = performance.now();
    if (!this.search) {
      if (began - this.searchedAt < Math.max(LOOK_EVERY_MS, SHARE * this.tookMs)) return;
      [this.searchedAt, this.tookMs, this.found] = [began, 0, []];
      const hidden = this.hidden();
      if (!hidden) return this.tell(layer, sight, null);
      this.search = hidden[Symbol.iterator]();
    }
    const isDone = this.goOn(this.search, began + LOOK_MS);
    this.tookMs += performance.now() - began;
    if (!isDone) return;
    this.search = null;
    this.tell(layer, sight, this.found);
  }

  private goOn(search: Iterator<Hidden | null>, until: number): boolean {
    while (performance.now() < until) {
      const { done, value } = search.next();
      if (done) return true;
      if (value) this.found.push(value);
    }
    return false;
  }

  private tell(layer: HTMLElement, sight: Sight, found: Hidden[] | null): void {
    sight.watch(found ?? []);
    this.raise();
    const rows = this.rows(found).join("\n");
    const legend = layer.shadowRoot!.lastElementChild!;
    if (legend.textContent !== rows) legend.replaceChildren(...rows.split(/(\n)/).map((row, at) => line(row, at)));
  }

  private rows(found: Hidden[] | null): string[] {
    const { title, dots, stripes, nothing, unknown } = this.words;
    if (!found) return [title, unknown];
    const rows = [found.some(({ text }) => text !== null) && dots, found.some(({ text }) => text === null) && stripes];
    const told = rows.filter((row) => row !== false);
    return [title, ...(told.length ? told : [nothing])];
  }

  /** Over a modal dialog lies only what came into the top layer after it; else our own menu has to lie above. */
  private raise(): void {
    const modal = document.querySelector(":modal");
    if (!this.layer?.showPopover || modal === this.modal) return;
    this.modal = modal;
    if (this.layer.matches(":popover-open")) this.layer.hidePopover();
    if (modal) this.layer.showPopover();
  }
}

function layerIn(root: ParentNode): HTMLElement {
  const layer = document.createElement("div");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(OVERLAY_STYLES);
  const shadow = layer.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet];
  const legend = document.createElement("p");
  legend.setAttribute("role", "status");
  shadow.append(document.createElement("div"), legend);
  layer.popover = "manual";
  layer.dataset.testid = "assist-hidden";
  root.prepend(layer);
  return layer;
}

function line(text: string, at: number): Node {
  if (at) return document.createTextNode(text);
  const title = document.createElement("b");
  title.textContent = text;
  return title;
}

function place(holder: Element, boxes: Box[]): void {
  while (holder.childElementCount > boxes.length) holder.lastElementChild!.remove();
  boxes.forEach(({ text, left, top, width, height }, at) => {
    const box = (holder.children[at] ?? holder.appendChild(document.createElement("i"))) as HTMLElement;
    box.className = text === null ? "left-out" : text ? "" : "empty";
    box.textContent = text?.slice(0, LONGEST_BULLETS) ?? "";
    box.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${height}px;line-height:${height}px`;
  });
}
