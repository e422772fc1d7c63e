/**
 * A long page is laid out in slices: at once what is in sight, so that it is seen soon, and frame by frame what follows
 * below. Only what stands in plain flow is held back, for what follows there moves nothing that is above it. The tree is
 * whole at any time.
 */

import { STATE_ATTRIBUTE } from "./sheets";

const LATER = `${STATE_ATTRIBUTE}later`;
export const LATER_RULES = `[${LATER}] { content-visibility: hidden !important; contain-intrinsic-height: 100px !important; }`;

/** A page of fewer elements is laid out soon enough. */
const LONG_ELEMENTS = 4000;
/** More than fills a window, mostly. */
const FIRST_ELEMENTS = 1000;
/** Fewer would cost more than they gain: each slice is a frame. */
const LEAST_SLICE = 128;
const SLICE_MS = 16;
const PLAIN = new Set(["block", "flow-root", "list-item"]);

export class Later {
  /** In document order. */
  private held: HTMLElement[] = [];
  private slice = LEAST_SLICE;

  /** Before the document's first layout. */
  hold({ body }: Document): void {
    this.held = [];
    this.slice = LEAST_SLICE;
    if (!body || body.getElementsByTagName("*").length < LONG_ELEMENTS) return;
    this.held = behind(body, FIRST_ELEMENTS);
    for (const element of this.held) element.setAttribute(LATER, "");
  }

  /** Once its styles are there; `place` puts the scroll positions right. */
  open(place: () => void): void {
    const isPlain = plainness();
    const apart = this.held.filter((element) => !isPlain(element));
    this.release(new Set([...apart, ...this.holdersOf("dialog[open], [popover]")]));
    for (let count = LEAST_SLICE; this.isInSight(); count *= 2) {
      this.release(new Set(this.held.slice(0, count)));
      place();
    }
    if (this.held.length) requestAnimationFrame(() => requestAnimationFrame(() => this.goOn(place)));
  }

  /** Whatever is held, now. */
  finish(): void {
    this.release(new Set(this.held));
  }

  /** Those with something that may be above the page. */
  private holdersOf(selector: string): HTMLElement[] {
    const found = this.held[0]?.ownerDocument.querySelectorAll(selector) ?? [];
    return Array.from(found).flatMap((element) => element.closest<HTMLElement>(`[${LATER}]`) ?? []);
  }

  private isInSight(): boolean {
    const [first] = this.held;
    return (
      first !== undefined && first.getBoundingClientRect().top < (first.ownerDocument.defaultView?.innerHeight ?? 0)
    );
  }

  private release(elements: Set<HTMLElement>): void {
    for (const element of elements) element.removeAttribute(LATER);
    this.held = this.held.filter((element) => !elements.has(element));
  }

  /** As much as fits in a frame beside what else there is to do. */
  private goOn(place: () => void): void {
    const [first] = this.held;
    if (!first) return;
    const began = performance.now();
    this.release(new Set(this.held.slice(0, this.slice)));
    first.getBoundingClientRect();
    const share = SLICE_MS / (performance.now() - began);
    this.slice = Math.max(LEAST_SLICE, Math.ceil(this.slice * Math.min(2, share)));
    if (this.held.length) requestAnimationFrame(() => this.goOn(place));
    else place();
  }
}

/** Whatever follows the first `count` elements, as few elements that hold it all. */
function behind(root: Element, count: number): HTMLElement[] {
  const found: HTMLElement[] = [];
  let left = count;
  const walk = (parent: Element): void => {
    for (let child = parent.firstElementChild; child; child = child.nextElementSibling) {
      if (left > 0) {
        left--;
        walk(child);
      } else if ("style" in child) found.push(child as HTMLElement);
    }
  };
  walk(root);
  return found;
}

/** Whether an element, and all that it is in, are boxes below each other that nothing but what is above them moves. */
function plainness(): (element: Element) => boolean {
  const known = new Map<Element, boolean>();
  const isPlain = (element: Element): boolean => {
    const above = element.parentElement;
    const plain = known.get(element) ?? (isInFlow(element) && !above?.shadowRoot && (!above || isPlain(above)));
    known.set(element, plain);
    return plain;
  };
  return isPlain;
}

function isInFlow(element: Element): boolean {
  const { display, position, float, columnCount } = getComputedStyle(element);
  const isPlaced = position !== "static" && position !== "relative";
  return PLAIN.has(display) && !isPlaced && float === "none" && columnCount === "auto";
}
