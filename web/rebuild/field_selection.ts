/**
 * A selection inside a field: browsers show it only in the field that has the focus, which stays with whoever looks. So
 * the colours of the field become those of a selection where it is selected.
 */

import { type Colour, exchanging, over, parsed } from "./colours";
import { boxesIn, type Field } from "./field_text";
import { Recolour } from "./recolour";

export type Selected = [field: Field, from: number, to: number];

export class FieldSelection {
  private readonly recolour: Recolour;
  private shown: Selected | null = null;

  constructor(frame: HTMLIFrameElement) {
    this.recolour = new Recolour(frame, "alongside-selected");
  }

  show(shown: Selected | null): void {
    this.shown = shown;
    this.follow();
  }

  /** Something may have moved the field. */
  follow(): void {
    if (!this.shown?.[0].isConnected) return this.recolour.hide();
    const [field, from, to] = this.shown;
    const boxes = boxesIn(field, from, to).filter((box) => box[2] > box[0] && box[3] > box[1]);
    this.recolour.show(boxes, exchangeOf(field), field.ownerDocument);
  }
}

function exchangeOf(field: Field): string {
  const { color, webkitTextFillColor: fill } = getComputedStyle(field);
  const { color: newColor, backgroundColor } = getComputedStyle(field, "::selection");
  const below = groundOf(field);
  const newBelow = over(parsed(backgroundColor), below);
  return exchanging([below, over(parsed(fill || color), below)], [newBelow, over(parsed(newColor), newBelow)]);
}

/** The colour that what is written in an element stands on. */
function groundOf(element: Element | null): Colour {
  if (!element) return [255, 255, 255, 1];
  const own = parsed(getComputedStyle(element).backgroundColor);
  return own[3] === 1 ? own : over(own, groundOf(element.parentElement));
}
