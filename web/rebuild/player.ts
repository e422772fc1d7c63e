/** Plays an archive by stepping: the state at any time, without waiting. */

import type { Enlarged, Operation } from "../protocol/operations";
import type { Shown, StagePlayer, Viewport } from "../protocol/seam";
import { decodeFrame, isShelf } from "../protocol/wire";
import type { AssetMap } from "./asset_map";
import { Decoder, type Item } from "./decode";
import type { PageState } from "./page_state";
import { isPicture, withPictures } from "./pictures";
import { seenAt } from "./pinch";
import { SessionState } from "./session";
import { Subtrees } from "./subtrees";
import type { View } from "./view";
import { viewportOf } from "./viewport";

/** What was typed before is past. */
const TYPED_MS = 600;
const UNSAID: Viewport = { width: 0, height: 0, dpr: 1, screen_width: 0, screen_height: 0, zoom: 1 };

type Mark = ReturnType<StagePlayer["marks"]>[number];

export class Player implements StagePlayer {
  private decoder = new Decoder();
  private readonly subtrees: Subtrees;
  /** As they came, and in the order of their time. */
  private arrived: Item[] = [];
  private items: Item[] = [];
  private session: SessionState;
  /** The page that is to be seen: the one before stays until the next one has its snapshot. */
  private standing: PageState | undefined;
  private next = 0;
  /** What is said of the viewport first. */
  private first: Viewport | null = null;

  constructor(
    private readonly view: View,
    private readonly assets: AssetMap,
  ) {
    this.session = new SessionState(assets);
    this.subtrees = new Subtrees(assets);
  }

  async load(entries: { at: number; frame: Uint8Array }[]): Promise<{ startMs: number; endMs: number }> {
    this.decoder = new Decoder();
    this.arrived = [];
    this.first = null;
    this.rewind();
    await this.append(entries);
    return { startMs: this.items[0]?.at ?? 0, endMs: this.items.at(-1)?.at ?? 0 };
  }

  /** What came after what is loaded. */
  async append(entries: { at: number; frame: Uint8Array }[]): Promise<void> {
    const items = entries.flatMap(({ at, frame }) => this.decode(this.decoder, frame, at));
    await this.subtrees.fill(items);
    const last = this.items[this.next - 1];
    this.arrived = this.arrived.concat(items);
    this.items = withPictures(inOrder([...this.arrived]));
    this.first ??= this.items.map(viewportOf).find(Boolean) ?? null;
    if (last && this.items[this.next - 1] !== last) this.rewind(); // some of it is older than what was applied
    for (const item of items) {
      if (item.name === "operation" && item.operation[0] === "assets") this.assets.learn(item.operation[2]);
    }
  }

  /** The page as it was sought last. */
  get shown(): PageState | undefined {
    return this.standing;
  }

  /** What was applied last of the page that is shown, the newest first. */
  *applied(): Generator<Item & { name: "operation" }> {
    for (let at = this.next - 1; at >= 0; at--) {
      const item = this.items[at]!;
      if (item.name === "operation" && item.page === this.standing?.id) yield item;
    }
  }

  /** What is still to come of it. */
  *coming(): Generator<Item & { name: "operation" }> {
    for (let at = this.next; at < this.items.length; at++) {
      const item = this.items[at]!;
      if (item.name === "operation" && item.page === this.standing?.id) yield item;
    }
  }

  /** Build the page anew: somebody has touched it. */
  again(): void {
    if (this.standing) this.show(this.standing);
  }

  async seek(atMs: number): Promise<Shown> {
    const back = this.next > 0 && this.items[this.next - 1]!.at >= atMs;
    if (back) this.rewind();
    const applied = this.advance(atMs);
    this.reflect(applied, back);
    await this.view.settled();
    const state = this.session.shown;
    const viewport = state?.viewport ?? this.standing?.viewport ?? this.first ?? UNSAID;
    return {
      page: this.session.current,
      kind: state?.kind ?? "html",
      url: state?.url ?? "",
      title: state?.title ?? "",
      viewport,
      typed: this.typed(applied, atMs - TYPED_MS),
    };
  }

  /** Of what was applied after `sinceMs`, the newest field of the page that is seen. */
  private typed(applied: Item[], sinceMs: number): Shown["typed"] {
    const state = this.standing;
    const item = applied.findLast((item) => item.name === "operation" && item.operation[0] === "input");
    if (!state || item?.name !== "operation" || item.page !== state.id || item.at < sinceMs) return null;
    const box = this.view.boxOf(item.operation[2] as number);
    if (!box) return null;
    const [left, top] = seenAt(state.pinch, box.left, box.top);
    const [right, bottom] = seenAt(state.pinch, box.right, box.bottom);
    return [left, top, right - left, bottom - top];
  }

  changes(fromMs: number, toMs: number): number[] {
    const times = this.items
      .filter(({ at, name, page }) => name !== "leave" && !isShelf(page) && at >= fromMs && at < toMs)
      .map(({ at }) => at);
    return [...new Set(times)];
  }

  marks(fromMs: number, toMs: number): Mark[] {
    const pinches = new Map<number, Enlarged>();
    const marks = this.items.flatMap((item) => {
      if (item.name === "operation") pinches.set(item.page, pinchAfter(item.operation, pinches.get(item.page)));
      return marksOf(item, pinches.get(item.page) ?? []);
    });
    return marks.filter(({ at }) => at >= fromMs && at < toMs);
  }

  private decode(decoder: Decoder, frame: Uint8Array, received: number): Item[] {
    try {
      return decoder.decode(decodeFrame(frame), received);
    } catch {
      return [];
    }
  }

  /** Everything is applied again from the beginning. */
  private rewind(): void {
    this.session = new SessionState(this.assets);
    this.standing = undefined;
    this.next = 0;
  }

  private advance(atMs: number): Item[] {
    const from = this.next;
    while (this.next < this.items.length && this.items[this.next]!.at < atMs) {
      try {
        this.session.take(this.items[this.next]!);
      } catch {
        /* What does not fit is left out; the page goes on from its next snapshot. */
      }
      if (this.session.shown?.model) this.standing = this.session.shown;
      this.next++;
    }
    return this.items.slice(from, this.next);
  }

  private reflect(applied: Item[], back: boolean): void {
    const state = this.standing;
    if (!state) return;
    const anew = applied.some(
      (item) => item.name === "return" || (item.name === "operation" && item.operation[0] === "snapshot"),
    );
    if (back || anew || this.view.page !== state.id) return this.show(state);
    for (const item of applied) if (item.page === state.id) this.step(item);
    this.view.resize(state);
  }

  /** Of a page that is none as much as can be built; the recording goes on. */
  private show(state: PageState): void {
    try {
      this.view.show(state);
    } catch (error) {
      reportError(error); // it stays as far as it came
    }
  }

  private step(item: Item): void {
    if (item.name !== "operation") return;
    try {
      this.view.operate(item.operation);
    } catch {
      if (this.standing) this.show(this.standing);
    }
  }
}

/** What has the same time keeps the order in which it arrived, and each tab keeps its own order. */
function inOrder(items: Item[]): Item[] {
  const latest = new Map<number, number>();
  for (const item of items) {
    if (isPicture(item)) continue;
    item.at = Math.max(item.at, latest.get(item.tab) ?? 0);
    latest.set(item.tab, item.at);
  }
  return items;
}

function pinchAfter(operation: Operation, before: Enlarged = []): Enlarged {
  if (operation[0] === "snapshot") return [];
  return operation[0] === "pinch" ? operation[2] : before;
}

/** Where they are seen. */
function marksOf(item: Item, pinch: Enlarged): Mark[] {
  if (item.name !== "operation") return [];
  const [name, , first] = item.operation;
  const mark = (at: number, kind: string, place: [number, number]): Mark => {
    const [x, y] = seenAt(pinch, ...place);
    return { at, kind, x, y };
  };
  if (name === "pointer") return item.operation[2].map(([dt, x, y]) => mark(item.at + dt, "move", [x, y]));
  if (name !== "click" || first === "focus" || first === "blur") return [];
  const [, , kind, , x, y] = item.operation;
  return [mark(item.at, kind, [x, y])];
}
