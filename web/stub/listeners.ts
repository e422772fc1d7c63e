/** Who wants to hear of what, by `Alongside.on(name, fn)`. */

import type { EventName } from "../protocol/stub";

type Listener = (detail: unknown) => void;

export class Listeners {
  private readonly all = new Map<EventName, Listener[]>();

  on(name: EventName, listener: Listener): void {
    this.all.set(name, [...(this.all.get(name) ?? []), listener]);
  }

  /** What a listener throws is the page's own error, and stops neither us nor the next listener. */
  emit(name: EventName, detail: unknown): void {
    for (const listener of this.all.get(name) ?? []) {
      try {
        listener(detail);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
