/**
 * When things happened, on the server's clock: as the visitor's clock says, within what the server knows. The rule
 * stands in docs/protocol.md under "Times"; recordings/archive/clock.py has it too, and both share tests/vectors/clock.
 */

const SLACK_MS = 1000;

interface TabClock {
  /** Server clock − visitor clock. */
  offset: number;
  /** Times of the last two frames. */
  latest: number;
  before: number;
}

/** Fed with a session's frames in the order of their arrival; all times in ms since 1970. */
export class Clock {
  private readonly tabs = new Map<number, TabClock>();

  /** The clocks were compared; a tab's first frame comes after its first hello. */
  hello(tab: number, offset: number, received: number): void {
    const known = this.tabs.get(tab);
    if (known) known.offset = offset;
    else this.tabs.set(tab, { offset, latest: received - SLACK_MS, before: received - SLACK_MS });
  }

  /** Not after it was received, not before the tab's frame before it. */
  frame(tab: number, time: number, received: number): number {
    const clock = this.tabs.get(tab) ?? this.unknown(tab, time, received);
    const at = time + clock.offset;
    // The visitor's clock has jumped: from here on it is compared anew.
    const jumped = at < clock.latest - SLACK_MS || at > received + SLACK_MS;
    if (jumped) clock.offset = received - time;
    clock.before = clock.latest;
    clock.latest = Math.max(clock.latest, jumped ? received : Math.min(at, received));
    return clock.latest;
  }

  /** Of what came at some time before: nobody knows when, so it says nothing about the clock. */
  past(tab: number, time: number): number {
    return time + (this.tabs.get(tab)?.offset ?? 0);
  }

  /**
   * Of an operation in the tab's last frame: not after that frame, nor more than SLACK_MS before the one before. A
   * picture of a canvas was taken before its upload: its bound is `streamAt`, when its stream began.
   */
  operation(tab: number, time: number, streamAt?: number): number {
    const { offset, latest, before } = this.tabs.get(tab)!;
    return Math.min(Math.max(time + offset, streamAt ?? before - SLACK_MS), latest);
  }

  private unknown(tab: number, time: number, received: number): TabClock {
    const clock = { offset: received - time, latest: received, before: received };
    this.tabs.set(tab, clock);
    return clock;
  }
}
