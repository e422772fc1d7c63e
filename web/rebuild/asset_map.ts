/** Which URL is which asset of the store; what is waiting for one is told when it comes. */

import type { Unread } from "../protocol/operations";

export class AssetMap {
  private readonly known = new Map<string, string>();
  private waiting = new Map<string, Set<() => void>>();
  /** What the visitor's browser could not read: nothing will come. */
  private readonly unread = new Map<string, [width: number, height: number] | null>();
  private readonly loading = new Set<Promise<unknown>>();
  /** What elements wait for; a style sheet names much that nobody uses. */
  private readonly needed = new Set<string>();

  /** `changed` is told how much is still to come. */
  constructor(
    private readonly base: string,
    private readonly changed: (count: number) => void = () => undefined,
  ) {}

  /** Where the store serves it, or null while it is not known. */
  resolve(url: string): string | null {
    if (/^data:(image|font)\//.test(url)) return url;
    const sha256 = this.known.get(url);
    return sha256 ? this.address(sha256) : null;
  }

  /** The same with the part that the URL names. */
  resolvePart(url: string): string | null {
    const found = this.resolve(url);
    return found?.startsWith("data:") ? found : found && found + new URL(url).hash;
  }

  address(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError("an asset is named by its SHA-256");
    return new URL(`assets/${sha256}`, this.base).href;
  }

  /** Call `again` once when `url` becomes known or changes. */
  wait(url: string, again: () => void, isNeeded = true): void {
    if (isNeeded) this.needed.add(url);
    const waiting = this.waiting.get(url) ?? new Set();
    waiting.add(again);
    this.waiting.set(url, waiting);
    this.count();
  }

  miss(items: Unread[]): void {
    for (const [url, , width, height] of items) {
      this.unread.set(url, width === undefined || height === undefined ? null : [width, height]);
    }
    const calls = new Set(items.flatMap(([url]) => [...(this.waiting.get(url) ?? [])]));
    for (const [url] of items) this.waiting.delete(url);
    calls.forEach((again) => again());
    this.count();
  }

  /** Of a picture that the visitor's browser could not read; 0 where it does not show it either. */
  sizeOfUnread(url: string): [width: number, height: number] | null {
    return this.unread.get(url) ?? null;
  }

  /** Something that is known and not shown yet. */
  load(shown: Promise<unknown>): void {
    this.loading.add(shown);
    this.count();
    const done = (): void => {
      this.loading.delete(shown);
      this.count();
    };
    shown.then(done, done);
  }

  learn(assets: Record<string, string>): void {
    const calls = new Set<() => void>();
    for (const [url, sha256] of Object.entries(assets)) {
      if (this.known.get(url) === sha256) continue;
      this.known.set(url, sha256);
      this.waiting.get(url)?.forEach((again) => calls.add(again));
      this.waiting.delete(url);
      this.unread.delete(url);
      this.needed.delete(url);
    }
    calls.forEach((again) => again());
    this.count();
  }

  /** Another page is built: nothing of the last one waits any more. */
  reset(): void {
    this.waiting = new Map();
    this.needed.clear();
    this.count();
  }

  private count(): void {
    const missing = [...this.needed].filter((url) => !this.unread.has(url));
    this.changed(missing.length + this.loading.size);
  }
}
