/** Boxes over the frame that change the colours of what is below them; nothing of the page itself is touched. */

const SVG = "http://www.w3.org/2000/svg";

/** Left, top, right, bottom, CSS pixels of the window of the document that it is in. */
export type Box = [left: number, top: number, right: number, bottom: number];

export class Recolour {
  private readonly layer = document.createElement("div");
  private readonly matrix = document.createElementNS(SVG, "feColorMatrix");

  /** `name` is this one's own. */
  constructor(
    private readonly frame: HTMLIFrameElement,
    private readonly name: string,
  ) {
    this.layer.style.cssText = "position:absolute;left:0;top:0;width:0;height:0;transform-origin:0 0";
    frame.after(this.layer);
    document.body.append(this.filter());
  }

  /** Boxes of a document of the page, and a colour matrix; instead of those before. */
  show(boxes: Box[], matrix: string, inner: Document): void {
    const [left, top] = originOf(inner, this.frame);
    this.layer.style.transform = this.frame.style.transform;
    if (boxes.length) this.matrix.setAttribute("values", matrix);
    this.layer.replaceChildren(
      ...boxes.map((box) => this.box([box[0] + left, box[1] + top, box[2] + left, box[3] + top])),
    );
  }

  hide(): void {
    this.layer.replaceChildren();
  }

  /** At whole pixels of the screen, as browsers draw. */
  private box(box: Box): HTMLElement {
    const sides = box.map((side) => Math.round(side * devicePixelRatio) / devicePixelRatio) as Box;
    const [width, height] = [sides[2] - sides[0], sides[3] - sides[1]];
    const element = document.createElement("div");
    element.style.cssText = `position:absolute;left:${sides[0]}px;top:${sides[1]}px;width:${width}px;height:${height}px;backdrop-filter:url(#${this.name});pointer-events:none`;
    return element;
  }

  private filter(): SVGSVGElement {
    const svg = document.createElementNS(SVG, "svg");
    const filter = document.createElementNS(SVG, "filter");
    svg.style.cssText = "position:absolute;width:0;height:0";
    filter.id = this.name;
    for (const [name, value] of Object.entries({ x: "0", y: "0", width: "1", height: "1" }))
      filter.setAttribute(name, value);
    filter.setAttribute("color-interpolation-filters", "sRGB");
    filter.append(this.matrix);
    svg.append(filter);
    return svg;
  }
}

/** Where the window of a document begins in that of the frame. */
function originOf(document: Document, frame: Element): [x: number, y: number] {
  const { frameElement } = document.defaultView ?? {};
  if (!frameElement || frameElement === frame) return [0, 0];
  const { left, top } = frameElement.getBoundingClientRect();
  const [x, y] = originOf(frameElement.ownerDocument, frame);
  return [x + left + frameElement.clientLeft, y + top + frameElement.clientTop];
}
