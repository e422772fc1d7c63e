/** What is seen at the time under the pointer: a tile of the video's filmstrip, with the time and what is there. */

import { find } from "../console/dom";
import { clock } from "../console/words";

interface Grid {
  width: number;
  height: number;
  columns: number;
  count: number;
  every_ms: number;
}

export class Filmstrip {
  private readonly box: HTMLElement;
  private readonly tile: HTMLElement;
  private readonly grid: Grid | null;

  constructor(private readonly main: HTMLElement) {
    this.box = find("[data-preview]", main);
    this.tile = find("[data-tile]", main);
    const grid = JSON.parse(find("#filmstrip", main).textContent || "{}") as Grid;
    this.grid = grid.count ? grid : null;
    this.tile.hidden = !this.grid;
  }

  /** `share` is how far along the timeline. */
  show({ atMs, videoMs, share }: { atMs: number; videoMs: number; share: number }, text: string): void {
    this.box.hidden = false;
    find("[data-preview-time]", this.box).textContent = clock(atMs);
    find("[data-preview-text]", this.box).textContent = text;
    if (this.grid) this.turnTo(this.grid, videoMs);
    const room = (this.box.parentElement?.clientWidth ?? 0) - this.box.offsetWidth;
    const left = share * (this.box.parentElement?.clientWidth ?? 0) - this.box.offsetWidth / 2;
    this.box.style.left = `${Math.max(0, Math.min(room, left))}px`;
  }

  hide(): void {
    this.box.hidden = true;
  }

  /** The sprite is loaded when it is first needed. */
  private turnTo({ width, height, columns, count, every_ms }: Grid, videoMs: number): void {
    const number = Math.max(0, Math.min(count - 1, Math.floor(videoMs / every_ms)));
    const { style } = this.tile;
    style.backgroundImage ||= `url("${this.main.dataset.filmstripUrl}")`;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.backgroundPosition = `${-(number % columns) * width}px ${-Math.floor(number / columns) * height}px`;
  }
}
