/** Is the visitor at this document? Told when that changes, and by a flag on frames that follow what the visitor does. */

import { FrameFlag } from "../protocol/wire";

const ACTS = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];

export class Front {
  private acted = false;
  /** The document is being left: that it is hidden then says nothing. */
  private isAway = false;

  constructor(
    private readonly tell: (flag: number) => void,
    signal: AbortSignal,
  ) {
    const options = { capture: true, passive: true, signal };
    for (const act of ACTS) window.addEventListener(act, (event) => this.act(event), options);
    window.addEventListener("focus", (event) => event.target === window && this.tell(FrameFlag.FRONT), options);
    document.addEventListener("visibilitychange", () => this.turned(), options);
    window.addEventListener("pagehide", () => (this.isAway = true), options);
    window.addEventListener("pageshow", () => (this.isAway = false), options);
  }

  /** The flag of a page that is entered now. */
  arrival(): number {
    return document.visibilityState === "hidden" ? FrameFlag.BACKGROUND : 0;
  }

  /** The flag of operations that go out now. */
  operations(): number {
    const flag = this.acted ? FrameFlag.FRONT : 0;
    this.acted = false;
    return flag;
  }

  /** Another tab has gone: who is in front now? */
  ask(): void {
    if (document.visibilityState === "visible" && document.hasFocus()) this.tell(FrameFlag.FRONT);
  }

  private act(event: Event): void {
    if (event.isTrusted) this.acted = true;
  }

  private turned(): void {
    if (this.isAway) return;
    this.acted = false;
    this.tell(document.visibilityState === "hidden" ? FrameFlag.BACKGROUND : FrameFlag.FRONT);
  }
}
