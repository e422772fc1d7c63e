/** Shades that browsers give to buttons and boxes of their own when the pointer is on them: it is not here on any. */

import { type Colour, exchanging } from "./colours";
import { type Box, Recolour } from "./recolour";

const grey = (part: number): Colour => [part, part, part, 1];
const WHITE = grey(255);
const BLACK = grey(0);
const ACCENT: Colour = [0, 0x75, 0xff, 1];
/** Of a border, of a button, and of what is checked; at rest and as Chromium draws them. */
const AT_REST = { line: grey(0x76), face: grey(0xef), accent: ACCENT };
const HOVERED: typeof AT_REST = { line: grey(0x4f), face: grey(0xe5), accent: [0, 0x5c, 0xc8, 1] };
const PRESSED: typeof AT_REST = { line: grey(0x8d), face: grey(0xf5), accent: [0x37, 0x93, 0xff, 1] };
const LINE_PX = 2;
const BUTTON = "button, input:is([type=button], [type=submit], [type=reset])";

export class Shades {
  private readonly ring: Recolour;
  private readonly inside: Recolour;
  private shown: [element: Element, isPressed: boolean] | null = null;

  constructor(frame: HTMLIFrameElement) {
    this.ring = new Recolour(frame, "alongside-ring");
    this.inside = new Recolour(frame, "alongside-inside");
  }

  /** What the pointer is on, from the innermost element. */
  show(hovered: Element[], isPressed: boolean): void {
    const element = hovered.find((one) => one.matches(`${BUTTON}, select, [type=checkbox], [type=radio]`));
    this.shown = element ? [element, isPressed] : null;
    this.follow();
  }

  /** Something may have moved it. */
  follow(): void {
    for (const recolour of [this.ring, this.inside]) recolour.hide();
    const [element, isPressed = false] = this.shown ?? [];
    if (!element?.isConnected || element.matches(":disabled") || !isNative(element)) return;
    this.shade(element, isPressed ? PRESSED : HOVERED);
  }

  private shade(element: Element, now: typeof AT_REST): void {
    const { ownerDocument: document } = element;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const box: Box = [left, top, right, bottom];
    const lines = exchanging([WHITE, AT_REST.line], [WHITE, now.line]);
    const isBox = element.matches("[type=checkbox], [type=radio]");
    const isOn = isBox && element.matches(":checked, :indeterminate");
    if (isOn) return this.inside.show([box], exchanging([WHITE, ACCENT], [WHITE, now.accent]), document);
    this.ring.show(isBox ? [box] : sidesOf(box), lines, document);
    if (element.matches(BUTTON))
      this.inside.show([within(box)], exchanging([BLACK, AT_REST.face], [BLACK, now.face]), document);
  }
}

function within([left, top, right, bottom]: Box): Box {
  return [left + LINE_PX, top + LINE_PX, right - LINE_PX, bottom - LINE_PX];
}

/** Of the border. */
function sidesOf(box: Box): Box[] {
  const [left, top, right, bottom] = box;
  const [x, y, endX, endY] = within(box);
  return [
    [left, top, right, y],
    [left, endY, right, bottom],
    [left, y, x, endY],
    [endX, y, right, endY],
  ];
}

/** One that a page gives a ground or a border is drawn by its styles alone. */
function isNative(element: Element): boolean {
  const style = getComputedStyle(element);
  if (style.appearance === "none" || /dark/.test(style.colorScheme)) return false;
  if (element.matches("[type=checkbox], [type=radio]")) return style.accentColor === "auto";
  const ground = element.localName === "select" ? "rgb(255, 255, 255)" : "rgb(239, 239, 239)";
  const border = element.localName === "select" ? "1px" : "2px outset";
  return (
    style.backgroundColor === ground &&
    style.backgroundImage === "none" &&
    `${style.borderTopWidth} ${style.borderTopStyle}`.startsWith(border)
  );
}
