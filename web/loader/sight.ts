/** Which hidden things may be on the screen, as the browser tells: to measure all takes longer than a frame. */

import type { Hidden } from "../protocol/seam";

/** Of the window, on each side: what is scrolled in is marked at once. */
const MARGIN = "25%";

export class Sight {
  private watched = new Map<Element, Hidden[]>();
  private readonly seen = new Set<Element>();
  private readonly observer = new IntersectionObserver((entries) => entries.forEach((entry) => this.note(entry)), {
    rootMargin: MARGIN,
  });

  watch(items: Hidden[]): void {
    const next = new Map<Element, Hidden[]>();
    for (const item of items) {
      const there = next.get(item.element);
      if (there) there.push(item);
      else next.set(item.element, [item]);
    }
    for (const element of this.watched.keys()) if (!next.has(element)) this.forget(element);
    for (const element of next.keys()) if (!this.watched.has(element)) this.observer.observe(element);
    this.watched = next;
  }

  items(): Hidden[] {
    return [...this.seen].flatMap((element) => this.watched.get(element) ?? []);
  }

  stop(): void {
    this.observer.disconnect();
  }

  /** Of an element without a box of its own nobody can tell. */
  private note({ target, isIntersecting }: IntersectionObserverEntry): void {
    if (isIntersecting || getComputedStyle(target).display === "contents") this.seen.add(target);
    else this.seen.delete(target);
  }

  private forget(element: Element): void {
    this.observer.unobserve(element);
    this.seen.delete(element);
  }
}
