/** Elements by function calls: nothing of ours needs innerHTML or a style attribute, so any page's policy allows it. */

type Child = Node | string;
type Properties = Record<string, string | boolean | (() => void)>;

/** A function becomes a listener for the event of that name; anything else an attribute. */
export function element(tag: string, properties: Properties = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

export function button(text: string, onClick: () => void, properties: Properties = {}): HTMLElement {
  return element("button", { type: "button", click: onClick, ...properties }, text);
}

const SVG = "http://www.w3.org/2000/svg";

/** One path on a 24×24 grid. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}
