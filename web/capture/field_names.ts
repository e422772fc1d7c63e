/** Names of fields that no rule allows, seen in this tab during this session; what was entered in them is not kept. */

import type { CaptureHost } from "../protocol/seam";

const KEY = "fields";
const MOST = 300;
const LONGEST = 100;

export class FieldNames {
  private saved = "[]";
  /** Whether it is typed into, or chosen from. */
  private names = new Map<string, boolean>();

  constructor(private readonly host: CaptureHost) {
    this.reload();
  }

  /** Other documents of the tab may have written since (back/forward cache). */
  reload(): void {
    const saved = this.host.load(KEY) ?? this.saved;
    if (saved === this.saved) return;
    this.saved = saved;
    this.names = new Map(JSON.parse(saved) as [string, boolean][]);
  }

  add(name: string, isTyped: boolean): void {
    const key = name.slice(0, LONGEST);
    const known = this.names.get(key);
    if (!key || known === true || known === isTyped || (known === undefined && this.isFull)) return;
    this.names.set(key, isTyped);
    this.saved = JSON.stringify([...this.names]);
    this.host.save(KEY, this.saved);
  }

  has(name: string): boolean {
    return this.names.has(name.slice(0, LONGEST));
  }

  isTyped(name: string): boolean {
    return this.names.get(name.slice(0, LONGEST)) === true;
  }

  /** There were more than are remembered: any name may be one of them. */
  get isFull(): boolean {
    return this.names.size >= MOST;
  }
}
