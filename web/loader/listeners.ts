/** Who wants to hear of what, by `Alongside.on(name, fn)`. */

export type EventName = "requested" | "link" | "live" | "ended";
type Listener = (detail: unknown) => void;

export class Listeners {
  private readonly all = new Map<EventName, Listener[]>();

  on(name: EventName, listener: Listener): void {
    this.all.set(name, [...(this.all.get(name) ?? []), listener]);
  }

  emit(name: EventName, detail: unknown): void {
    for (const listener of this.all.get(name) ?? []) listener(detail);
  }
}
