/** What of the page that is shown is in no tree: fields, films, focus, pointer, selection, animations. */

import type { Operation, PointerAt } from "../protocol/operations";
import { builtNode, NotBuilt } from "./built";
import type { FieldSelection } from "./field_selection";
import type { Field } from "./field_text";
import { fill } from "./fields";
import { Interaction } from "./interaction";
import { Motions } from "./motions";
import type { PageState } from "./page_state";
import { Highlights, Selections } from "./selection";
import type { Shades } from "./shades";

export interface Page {
  /** What was built of a node. */
  find(id: number): Node | undefined;
  document(): Document;
  /** `picture` as of PICTURE. */
  paint(canvas: HTMLElement, picture: string): void;
  readonly fieldSelection: FieldSelection;
  readonly shades: Shades;
}

export class Volatiles {
  readonly interaction = new Interaction();
  private readonly motions = new Motions();
  private pointedAt = 0;
  private readonly highlights = new Highlights();
  private readonly selections = new Selections();

  constructor(
    private readonly state: PageState,
    private readonly page: Page,
  ) {}

  /** All of it, as far as the nodes are there. */
  restore(): void {
    const { state } = this;
    for (const [id, [text, checked]] of state.values) this.attempt(() => fill(this.element(id), text, checked));
    for (const [id, picture] of state.canvas) this.attempt(() => this.page.paint(this.element(id), picture));
    for (const [id, media] of state.media) this.attempt(() => this.media(id, media));
    if (state.focus) this.attempt(() => this.focus(state.focus, state.ring));
    this.hover(state.hover);
    this.mark();
    this.move(state.motions.keys());
  }

  /** Apply an operation that the state has taken already; throws where its node was not built. */
  operate(operation: Operation): void {
    switch (operation[0]) {
      case "input":
        return fill(this.element(operation[2]), operation[3], operation[4]);
      case "canvas":
        return this.page.paint(this.element(operation[2]), operation[3]);
      case "media":
        return this.media(operation[2], operation[3]);
      case "pointer":
        return this.point(operation[1], operation[2].at(-1));
      case "click":
        return this.click(operation);
      case "selection":
      case "highlight":
        return this.mark();
      case "motion":
        this.motions.end(operation[3]);
        return this.move(operation[2].map(({ key }) => key));
    }
  }

  /** Styles that came have made animations. */
  moveAll(): void {
    this.move(this.state.motions.keys());
  }

  private element(id: number): HTMLElement {
    return builtNode(this.page.find(id), id) as HTMLElement;
  }

  /** State of a node that has gone since does not matter; what else can't be shown leaves the rest as it is. */
  private attempt(apply: () => void): void {
    try {
      apply();
    } catch (error) {
      if (!(error instanceof NotBuilt)) reportError(error);
    }
  }

  private mark(): void {
    const { find, fieldSelection } = this.page;
    const document = this.page.document();
    this.selections.show(document, this.state.selection, find);
    this.highlights.show(document, this.state.highlights, find);
    const [[id = 0, from = 0, , to = 0] = []] = this.state.selection;
    const field = find(id) as Field | undefined;
    fieldSelection.show(field && /^(input|textarea)$/.test(field.localName) ? [field, from, to] : null);
  }

  private media(id: number, { time }: { time: number }): void {
    const media = this.element(id) as HTMLMediaElement;
    if (media.readyState) media.currentTime = time;
  }

  private hover(id: number): void {
    this.interaction.hover(this.page.find(id) ?? null);
    this.shade(false);
  }

  private point(time: number, last?: PointerAt): void {
    this.pointedAt = time + (last?.[0] ?? 0);
    this.hover(last?.[3] ?? 0);
  }

  /** The path of the pointer is told before the clicks on it. */
  private click([, time, kind, id, visible]: Extract<Operation, ["click", ...unknown[]]>): void {
    if (kind === "focus") this.focus(id, visible);
    if (kind === "blur") this.focus(0, 0);
    if (kind !== "mousedown" && kind !== "mouseup") return;
    if (kind === "mousedown" && time >= this.pointedAt) this.hover(id);
    this.interaction.press(kind === "mousedown");
    this.shade(kind === "mousedown");
  }

  private shade(isPressed: boolean): void {
    this.page.shades.show(this.interaction.on, isPressed);
  }

  private focus(id: number, visible: number): void {
    const node = id ? this.element(id) : null;
    this.interaction.focus(node?.nodeType === 1 ? node : null, visible !== 0);
  }

  private move(keys: Iterable<number>): void {
    for (const key of keys) {
      const standing = this.state.motions.get(key);
      if (standing) this.attempt(() => this.motions.show(standing, this.element(standing.motion.id)));
    }
  }
}
