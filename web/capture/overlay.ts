/** Shows the visitor what the agent does not see: boxes over it, in a layer of our own that is never captured. */

import { capture as english } from "../i18n/en.json";
import { capture as chinese } from "../i18n/zh-Hans.json";
import { type Box, clipped } from "./boxes";
import type { Hidden } from "./hidden";
import { OVERLAY_STYLES } from "./overlay_styles";

type Words = typeof english;

const LOOK_EVERY_MS = 250;
const LONGEST_BULLETS = 200;

export class Overlay {
  private layer: HTMLElement | null = null;
  private words: Words = english;
  private items: Hidden[] = [];
  private lookedAt = 0;
  private drawn = "";
  private modal: Element | null = null;

  constructor(
    private readonly own: Element,
    /** Null where it can't be told. */
    private readonly hidden: () => Hidden[] | null,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => this.show(false));
  }

  readonly show = (on: boolean, language = ""): void => {
    this.layer?.remove();
    this.layer = null;
    if (!on) return;
    this.words = language === "zh-Hans" ? chinese : english;
    this.layer = layerIn(this.own.shadowRoot ?? this.own);
    [this.lookedAt, this.drawn, this.modal] = [0, "", null];
    this.draw(this.layer);
  };

  private draw(layer: HTMLElement): void {
    if (layer !== this.layer) return;
    this.look(layer);
    const boxes = clipped(this.items);
    const drawn = JSON.stringify(boxes);
    if (drawn !== this.drawn) place(layer.shadowRoot!.firstElementChild!, boxes);
    this.drawn = drawn;
    requestAnimationFrame(() => this.draw(layer));
  }

  /** What is hidden changes more seldom than where it stands. */
  private look(layer: HTMLElement): void {
    if (performance.now() - this.lookedAt < LOOK_EVERY_MS) return;
    this.lookedAt = performance.now();
    const found = this.hidden();
    this.items = found ?? [];
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
