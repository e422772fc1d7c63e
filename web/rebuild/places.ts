/** Scroll positions are the visitor's: layout that came later must not leave them where it found room. */

import { NODE } from "../protocol/operations";
import type { PageState } from "./page_state";

export class Places {
  private aligning = false;

  /** `state` is that of the page that is shown, `node` finds what was built of it; what is `aligned` may have moved. */
  constructor(
    private readonly state: () => PageState | null,
    private readonly node: (id: number) => Node | undefined,
    private readonly aligned: () => void,
  ) {}

  align(): void {
    const state = this.state();
    if (!state?.model) return;
    this.scroll(1, 0, 0, !state.scroll.has(1));
    for (const [id, [x, y]] of state.scroll) this.scroll(id, x, y);
    this.aligned();
  }

  alignSoon(): void {
    if (this.aligning) return;
    this.aligning = true;
    requestAnimationFrame(() => {
      this.aligning = false;
      this.align();
    });
  }

  scroll(id: number, x: number, y: number, isWanted = true): void {
    const node = this.node(id);
    const element =
      node?.nodeType === NODE.DOCUMENT ? (node as Document).scrollingElement : (node as Element | undefined);
    if (isWanted) element?.scrollTo({ left: x, top: y, behavior: "instant" });
  }
}
