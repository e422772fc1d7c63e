/** Which page the visitor is on, by what frames say; the server has the same rule in scripts/append.lua. */

import { type Frame, FrameFlag, FrameKind, tabOf } from "./wire";

/** A word that is later than this tells of a clock that was put back, not of an old frame. */
const LATE_MS = 3_600_000;
const COUNTER = 0xffff;

export type FrameHead = Pick<Frame, "kind" | "flags" | "page" | "time">;

export class FrontPage {
  /** 0 while there is none. */
  page = 0;
  /** While old frames of another page are read. */
  isHeld = false;
  private at = 0;

  take({ kind, flags, page, time }: FrameHead): void {
    const enters = kind === FrameKind.PAGE_ENTER || kind === FrameKind.HISTORY;
    const isHere = !(flags & FrameFlag.BACKGROUND) || !this.page || tabOf(page) === tabOf(this.page);
    if (this.isHeld || !(page & COUNTER) || !((enters && isHere) || flags & FrameFlag.FRONT)) return;
    if (time < this.at && time > this.at - LATE_MS) return;
    this.page = page;
    this.at = time;
  }
}
