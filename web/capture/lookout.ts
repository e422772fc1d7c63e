/** What changes without a mutation record: late shadow roots, sheets that scripts change, what is in the top layer. */

import { NODE } from "../protocol/operations";
import { Budget, LEAST_STEPS, SLICE_MS } from "./budget";
import { hidesRoot, noteUnreadable } from "./gaps";
import { given } from "./given";
import type { Marks } from "./marks";
import { visitorMedia } from "./media";
import { SheetWatch } from "./rules";
import { slottedInto } from "./slots";
import { statesOf } from "./states";
import { topLayer } from "./top_layer";

/** Scripts change drawings by lengths, points and transforms as well: of so many the attributes are read at each look. */
const DRAWN_A_LOOK = 300;
/** Elements whose states change by themselves. */
const WATCHED = new Set(["html", "dialog", "style", "link", "input", "textarea", "select", "form", "fieldset", "slot"]);
/** Of other elements than custom ones only those right in the body: other scripts put their parts of a page there. */
const HOSTS = new Set(["div", "span", "section", "aside"]);

export class Lookout {
  private readonly states = new WeakMap<object, string>();
  private readonly sheets = new SheetWatch();
  /** Asked once a look and not for every element, for which the browser writes the address out. */
  private hasTarget = false;
  /** Parts of drawings that came by, and the one with which reading begins. */
  private drawn = 0;
  private turn = 0;
  /** An iterator that goes on where it was left. */
  private underWay: Iterable<Node> | null = null;

  constructor(
    private readonly marks: Marks,
    private readonly isKnown: (node: Node) => boolean,
  ) {}

  /** At all nodes; a look that takes long goes on with the next. */
  lookAround(all: () => Iterable<Node>): void {
    const budget = new Budget(SLICE_MS);
    this.underWay ??= this.begin(all());
    let count = 0;
    for (const node of this.underWay) {
      if (!given.has(node)) this.look(node);
      if (++count % LEAST_STEPS === 0 && budget.isSpent) return;
    }
    this.underWay = null;
  }

  private begin(nodes: Iterable<Node>): Iterable<Node> {
    this.turn = this.turn + DRAWN_A_LOOK < this.drawn ? this.turn + DRAWN_A_LOOK : 0;
    this.drawn = 0;
    this.sheets.begin();
    this.hasTarget = location.hash !== "";
    return nodes;
  }

  /** Mark the node when it is not as it was seen last. */
  private look(node: Node): void {
    if (node.nodeType === NODE.ELEMENT) this.lookAt(node as Element);
    else if (node.nodeType === NODE.DOCUMENT || node.nodeType === NODE.SHADOW) this.lookAtSheets(node as Document);
  }

  private lookAt(element: Element): void {
    const { localName: tag, shadowRoot: shadow } = element;
    if (shadow && !this.isKnown(shadow)) this.marks.parents.add(element);
    if ("ownerSVGElement" in element) this.lookAtDrawn(element);
    const isCustom = tag.includes("-");
    const isWatched = isCustom || WATCHED.has(tag) || element.hasAttribute("popover");
    if (isWatched || (this.hasTarget && element.id) || this.states.has(element))
      this.note(element, this.stateOf(element));
    const isHost = isCustom || (HOSTS.has(tag) && element.parentNode === document.body);
    if (isHost && noteUnreadable(element, "shadow", !shadow && hidesRoot(element))) this.marks.elements.add(element);
  }

  private lookAtDrawn(element: Element): void {
    const at = this.drawn++ - this.turn;
    if (at >= 0 && at < DRAWN_A_LOOK)
      this.note(
        element,
        element
          .getAttributeNames()
          .map((name) => element.getAttribute(name))
          .join(),
        element.attributes, // beside the element's own
      );
  }

  private stateOf(element: Element): string {
    const { localName: tag } = element;
    const { sheet } = element as HTMLStyleElement;
    const version = tag === "style" && sheet ? this.sheets.version(sheet) : "";
    return [topLayer(element), statesOf(element), version, slottedInto(element)].join();
  }

  private lookAtSheets(root: Document | ShadowRoot): void {
    const sheets = root.adoptedStyleSheets ?? [];
    this.hasTarget ||= !!(root as Partial<Document>).location?.hash; // of a frame, whose elements follow
    const media = (root as Document).defaultView === window ? JSON.stringify(visitorMedia()) : "";
    if (sheets.length || media || this.states.has(root))
      this.note(root, sheets.map((one) => this.sheets.version(one)).join() + media);
  }

  private note(node: Node, state: string, of: object = node): void {
    if (this.states.get(of) === state) return;
    this.states.set(of, state);
    this.marks.elements.add(node as Element);
  }
}
