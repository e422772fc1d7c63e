/** The visitor's pointer and clicks over the rebuilt page, while it is watched live. */

import type { PointerAt } from "../protocol/operations";

const ARROW = "M0 0v17l4.5-4 2.8 6.3 2.7-1.2L7.3 12H13z";

/** What the pointer has not come along for so long, it has jumped over. */
const LINE_MS = 100;

export class Pointer {
  private readonly arrow: SVGSVGElement;
  private timers: number[] = [];

  constructor(private readonly host: HTMLElement) {
    this.arrow = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.arrow.setAttribute("viewBox", "-1 -1 16 22");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ARROW);
    path.setAttribute("style", "fill:#d6336c;stroke:#fff;stroke-width:1.5");
    this.arrow.append(path);
    this.arrow.style.cssText = "position:absolute;left:0;top:0;width:16px;height:22px;display:none;pointer-events:none";
    this.arrow.setAttribute("aria-hidden", "true");
    host.append(this.arrow);
  }

  /** Run through a path in the time it took, along a line to each position. */
  path(positions: PointerAt[]): void {
    this.timers.forEach(clearTimeout);
    this.timers = positions.map(([dt, x, y], at) => {
      const tookMs = Math.min(dt - (positions[at - 1]?.[0] ?? dt - LINE_MS), LINE_MS);
      return window.setTimeout(() => this.move(x, y, tookMs), dt);
    });
  }

  /** At once, or in `tookMs`. */
  move(x: number, y: number, tookMs = 0): void {
    this.arrow.style.display = "block";
    this.arrow.style.transition = `transform ${tookMs}ms linear`;
    this.arrow.style.transform = `translate(${x}px, ${y}px)`;
  }

  click(x: number, y: number): void {
    this.timers.forEach(clearTimeout);
    this.move(x, y);
    const ring = document.createElement("div");
    ring.style.cssText = `position:absolute;left:${x - 14}px;top:${y - 14}px;width:28px;height:28px;border-radius:50%;border:3px solid #d6336c;box-sizing:border-box;pointer-events:none`;
    this.host.append(ring);
    const fading = ring.animate([{ opacity: 1 }, { opacity: 0, transform: "scale(1.8)" }], 500);
    fading.onfinish = () => ring.remove();
  }

  hide(): void {
    this.arrow.style.display = "none";
  }
}
