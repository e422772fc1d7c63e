/** Colours as numbers, and how one takes the place of another. */

/** Red, green, blue, 0 to 255, and alpha, 0 to 1. */
export type Colour = [red: number, green: number, blue: number, alpha: number];

let context: CanvasRenderingContext2D | null = null;

/** Of any text that is a colour in a style. */
export function parsed(text: string): Colour {
  context ??= Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", {
    willReadFrequently: true,
  });
  if (!context) return [0, 0, 0, 0];
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

export function over([red, green, blue, alpha]: Colour, below: Colour): Colour {
  const mixed = [red, green, blue].map((part, at) => part * alpha + below[at]! * (1 - alpha));
  return [...mixed, 1] as unknown as Colour;
}

/** Values of a colour matrix that makes one pair of colours of another, and of what is between them what is between. */
export function exchanging(from: [Colour, Colour], to: [Colour, Colour]): string {
  const [[below, above], [newBelow, newAbove]] = [from, to];
  const spans = [0, 1, 2].map((at) => above[at]! - below[at]!);
  const widest = spans.reduce((most, span, at) => (Math.abs(span) > Math.abs(spans[most]!) ? at : most), 0);
  const rows = [0, 1, 2].map((at) => {
    const by = Math.abs(spans[at]!) * 2 > Math.abs(spans[widest]!) ? at : widest; // its own part says it, where there is a difference
    const slope = spans[by] ? (newAbove[at]! - newBelow[at]!) / spans[by]! : 0;
    const row = [0, 0, 0, 0, (newBelow[at]! - slope * below[by]!) / 255];
    row[by] = slope;
    return row;
  });
  return [...rows, [0, 0, 0, 0, 1]].flat().join(" ");
}
