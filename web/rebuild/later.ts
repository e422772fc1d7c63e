/**
 * A long page is built in slices: at once what is in sight, so that it is seen soon, and frame by frame what follows
 * below. Only what ends a box in plain flow is held back, for what follows there moves nothing that is above it.
 */

import type { Builder, Held } from "./builder";

/** A page of fewer nodes is built soon enough. */
const LONG_NODES = 8000;
/** More than fills a window, mostly. */
const FIRST_NODES = 2000;
/** What comes last in a box is often above all: as many of its children are made at first, with as many nodes in all. */
const LAST_CHILDREN = 20;
const LAST_NODES = 500;
/** Fewer would cost more than they gain: each slice is a frame. */
const LEAST_SLICE = 250;
const SLICE_MS = 16;
/** A window that is not looked at draws no frames. */
const LONGEST_FRAME_MS = 100;
const PLAIN = new Set(["block", "flow-root", "list-item"]);

/** How many nodes of a page's body are made at first. */
export function firstOf(nodes: number): number {
  return nodes < LONG_NODES ? Infinity : FIRST_NODES;
}

export class Later {
  private slice = LEAST_SLICE;
  private tellOpened: () => void = () => undefined;
  private tellWhole: () => void = () => undefined;
  /** Resolves when what is in sight is on the screen. */
  readonly opened = new Promise<void>((resolve) => {
    this.tellOpened = resolve;
  });
  readonly whole = new Promise<void>((resolve) => {
    this.tellWhole = resolve;
  });

  /** `place` puts the scroll positions right; `guard` reports what a call throws. */
  constructor(
    private readonly builder: Builder,
    private readonly place: () => void,
    private readonly guard: (apply: () => void) => void,
  ) {
    if (!builder.held.length) this.end();
  }

  /** Once the styles of what was built are there. */
  open(): void {
    this.guard(() => this.makeFirst());
    onceDrawn(() => {
      this.tellOpened();
      this.goOn();
    });
  }

  private makeFirst(): void {
    const isPlain = plainness();
    this.builder.release(Infinity, ({ parent }) => !isPlain(parent));
    this.releaseLast();
    this.place();
    for (let count = LEAST_SLICE; this.isInSight(); count *= 2) {
      this.builder.release(count);
      this.place();
    }
  }

  /** Whatever is held, now; what is not, when this page is not shown any more. */
  finish(): void {
    if (this.builder.held.length) this.guard(() => this.builder.release(Infinity));
    this.end();
  }

  drop(): void {
    this.builder.held = [];
    this.end();
  }

  private end(): void {
    this.tellOpened();
    this.tellWhole();
  }

  private releaseLast(): void {
    const { builder } = this;
    const boxes = new Map<Node, Held[]>();
    for (const held of builder.held) {
      const box = boxes.get(held.parent);
      if (box) box.push(held);
      else boxes.set(held.parent, [held]);
    }
    const last = new Set([...boxes.values()].flatMap((children) => children.slice(-LAST_CHILDREN)));
    try {
      builder.release(LAST_NODES, (held) => last.has(held));
    } finally {
      for (const [box, children] of boxes) this.putBefore(box, children);
    }
  }

  /** What else is held of a box belongs before the first of the last ones that is there. */
  private putBefore(box: Node, children: Held[]): void {
    const made = children.slice(-LAST_CHILDREN).map(({ node }) => this.builder.nodes.get(node[1]));
    const next = made.find((node) => node?.parentNode === box) ?? null;
    for (const held of children.slice(0, -LAST_CHILDREN)) held.before = next;
  }

  private isInSight(): boolean {
    const [first] = this.builder.held;
    return first !== undefined && endOf(first) < (first.parent.ownerDocument?.defaultView?.innerHeight ?? 0);
  }

  /** As much as fits in a frame beside what else there is to do. */
  private goOn(): void {
    const [first] = this.builder.held;
    if (!first) return this.end();
    this.guard(() => this.makeSlice(first));
    requestAnimationFrame(() => this.goOn());
  }

  private makeSlice(first: Held): void {
    const began = performance.now();
    this.builder.release(this.slice);
    endOf(first);
    const share = SLICE_MS / (performance.now() - began);
    this.slice = Math.max(LEAST_SLICE, Math.ceil(this.slice * Math.min(2, share)));
  }
}

/** Where in the window that begins which is held. */
function endOf({ parent, before }: Held): number {
  const element = parent as Element;
  const above = before
    ? (before as ChildNode & { previousElementSibling: Element }).previousElementSibling
    : element.lastElementChild;
  return (above ?? element).getBoundingClientRect().bottom;
}

function onceDrawn(call: () => void): void {
  let isCalled = false;
  const once = (): void => {
    if (!isCalled) call();
    isCalled = true;
  };
  requestAnimationFrame(() => requestAnimationFrame(once));
  setTimeout(once, LONGEST_FRAME_MS);
}

/** Whether a node is a box, in boxes, that are below each other and that nothing but what is above them moves. */
function plainness(): (node: Node) => boolean {
  const known = new Map<Node, boolean>();
  const isPlain = (node: Node): boolean => {
    const above = node.parentElement;
    const isFree = known.get(node) ?? (isInFlow(node as Element) && !above?.shadowRoot && (!above || isPlain(above)));
    known.set(node, isFree);
    return isFree;
  };
  return isPlain;
}

function isInFlow(node: Element): boolean {
  if (node.nodeType !== Node.ELEMENT_NODE) return false;
  const { display, position, float, columnCount } = getComputedStyle(node);
  const isPlaced = position !== "static" && position !== "relative";
  return PLAIN.has(display) && !isPlaced && float === "none" && columnCount === "auto";
}
