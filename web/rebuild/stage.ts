/** The stage document: takes frames from the console, shows the page, reports what was applied. */

import { NotOnShelf } from "../protocol/bare";
import type { Operation } from "../protocol/operations";
import { bytesOf, type StageCommand, type StageReport } from "../protocol/seam";
import { decodeFrame, type Frame, isShelf, tabOf } from "../protocol/wire";
import { AssetMap } from "./asset_map";
import { Decoder, type Item } from "./decode";
import { describe } from "./describe";
import { seenAt } from "./pinch";
import { Pointer } from "./pointer";
import { Replay } from "./replay";
import { SessionState } from "./session";
import { Subtrees } from "./subtrees";
import { View } from "./view";

type Report = (report: StageReport) => void;

/** As many as the console's log shows. */
const LOG_ITEMS = 200;
/**
 * A day has hundreds, and one may take megabytes; who goes back further waits for the queue of the page. More than the
 * tabs of a session, all of which may be heard of in turn.
 */
const MOST_PAGES = 40;
/** The page is on the screen first. */
const CHECK_AFTER_MS = 1000;

export class Stage {
  private readonly scaler = document.createElement("div");
  /** Whoever compares pictures of the page reads there when it is complete. */
  private readonly assets = new AssetMap(document.baseURI, (count) => {
    this.view.frame.dataset.waits = String(count);
  });
  private readonly subtrees = new Subtrees(this.assets);
  private readonly session = new SessionState(this.assets, MOST_PAGES);
  private readonly view: View;
  private readonly pointer: Pointer;
  private decoder = new Decoder();
  private readonly broken = new Set<number>();
  /** What can't be read of it now can't be read when it comes again. */
  private readsShelf = false;
  private size = { width: 0, height: 0 };
  /** The page that was built from its queue, while nothing has come since. */
  private fresh = 0;
  private replay: Replay | null = null;
  /** One command after the other: reading a queue takes some time. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    host: HTMLElement,
    private readonly report: Report,
  ) {
    this.scaler.style.cssText = "position:relative;transform-origin:0 0;overflow:hidden";
    host.append(this.scaler);
    this.view = new View(this.scaler, this.assets, (page, apply) => this.guard(page, apply));
    this.pointer = new Pointer(this.scaler, (x, y) => seenAt(this.session.shown?.pinch ?? [], x, y));
    report({ type: "ready" });
  }

  command(command: StageCommand): void {
    this.turn = this.turn
      .then(() => this.carryOut(command))
      .catch(reportError)
      .then(() => this.tellTaken(command));
  }

  /** So that no more comes than can be carried out. */
  private tellTaken(command: StageCommand): void {
    if ("frames" in command) this.report({ type: "taken", bytes: bytesOf(command.frames) });
  }

  private carryOut(command: StageCommand): void | Promise<void> {
    switch (command.type) {
      case "frames":
        return command.live ? this.frames(command.frames, command.received) : this.replayed(command);
      case "queue":
        return this.queue(command.page, command.frames);
      case "show":
        return this.showPage(command.page);
      case "seek":
        return this.replay?.seek(command.timeMs, () => this.fit());
      case "inspect":
        return this.replay?.inspect(command.on);
      case "size":
        this.size = command;
        return this.fit();
      case "language":
        document.documentElement.lang = command.language;
    }
  }

  /** What comes with a queue came at some time before. */
  private async frames(frames: ArrayBuffer[], received: number[] = []): Promise<void> {
    this.fresh = 0;
    for (const [i, bytes] of frames.entries()) {
      const frame = decodeFrame(bytes);
      let items: Item[] = [];
      this.guard(frame.page, () => (items = this.decoder.decode(frame, received[i])));
      if (isShelf(frame.page)) await this.subtrees.fill(items);
      this.guard(frame.page, () => items.forEach((item) => this.take(item)));
    }
  }

  /**
   * A page's queue replaces what is known of it, and does not lead away from the page that is shown. It is read as data:
   * only the state that it ends with is built, and the newest of its operations told. What comes next waits until it is
   * seen.
   */
  private async queue(page: number, frames: Uint8Array[]): Promise<void> {
    const { front } = this.session;
    const read = frames.map((bytes) => decodeFrame(bytes));
    const known = await atOnce(this.decoder, read);
    this.broken.delete(page);
    if (known && isShelf(page)) await this.subtrees.fill(known);
    if (isShelf(page)) return this.shelve(page, read, known);
    if (read.length) this.session.begin(page, () => oneByOne(read));
    else this.session.forget(page);
    const isBeside = front.page !== 0 && front.page !== page;
    front.isHeld = isBeside;
    const items = this.takeAll(read, known);
    front.isHeld = false;
    this.fresh = 0;
    if (!isBeside) this.guard(page, () => this.arrive(items));
    this.tell(items);
    setTimeout(() => this.guard(page, () => this.session.page(page)?.check()), CHECK_AFTER_MS);
    await this.view.opened();
  }

  /** What pages of the tab have waited for, or not even that. */
  private shelve(shelf: number, frames: Frame[], known: Item[] | null): void {
    this.readsShelf = true;
    this.takeAll(frames, known);
    this.readsShelf = false;
    if (this.broken.has(shelf)) return this.report({ type: "fault", page: shelf, detail: "the shelf can't be read" });
    for (const page of this.broken) if (tabOf(page) === tabOf(shelf)) this.report({ type: "need", page });
  }

  /** The items that fit; of frames that can't be read at once as far as they can be one by one. */
  private takeAll(frames: Frame[], known: Item[] | null): Item[] {
    const taken: Item[] = [];
    const take = (page: number, read: () => Item[]): void =>
      this.guard(page, () => {
        for (const item of read()) if (this.admit(item, true)) taken.push(item);
      });
    if (known) for (const item of known) take(item.page, () => [item]);
    else for (const frame of frames) take(frame.page, () => this.decoder.decode(frame));
    return taken;
  }

  /** What the state itself does not hold is where the pointer is. */
  private arrive(items: Item[]): void {
    this.rebuild();
    this.fresh = this.view.page;
    const operations = items.flatMap((item) => (item.name === "operation" ? [item.operation] : []));
    const path = operations.findLast(([name]) => name === "pointer") as Extract<Operation, ["pointer", ...unknown[]]>;
    const place = path?.[2].at(-1);
    if (place) this.pointer.move(place[1], place[2]);
  }

  /** A page that does not fit what came before shows its last good state until it is sent again. */
  private guard(page: number, apply: () => void): void {
    try {
      apply();
    } catch (error) {
      if (this.broken.has(page)) return;
      this.broken.add(page);
      if (this.session.page(page)?.model || (error instanceof NotOnShelf && !isShelf(page)))
        this.report({ type: "fault", page, detail: String((error as Error).message) });
      else if (!this.readsShelf) this.report({ type: "need", page });
    }
  }

  /** False for what comes for a broken page before its next snapshot. */
  private admit(item: Item, isPast: boolean): boolean {
    this.view.finish();
    if (isWhole(item)) this.broken.delete(item.page);
    if (this.broken.has(item.page)) return false;
    this.session.take(item, isPast);
    return true;
  }

  private take(item: Item): void {
    const before = this.session.current;
    if (!this.admit(item, false)) return;
    if (item.name === "visibility" && !this.session.shown) this.report({ type: "need", page: this.session.current });
    this.reflect(item, isWhole(item) || item.name === "return" || before !== this.session.current);
    this.tell([item]);
  }

  private reflect(item: Item, anew: boolean): void {
    const state = this.session.shown;
    if (!state || item.page !== this.session.current) return;
    if (anew || this.view.page !== state.id) this.rebuild();
    else if (item.name === "operation") this.view.operate(item.operation);
    if (item.name === "viewport") this.resize();
    if (item.name === "operation") this.point(item);
  }

  private rebuild(): void {
    const state = this.session.shown;
    if (!state?.model) return;
    this.view.show(state, this.view.page !== state.id);
    this.fit();
  }

  private resize(): void {
    if (this.session.shown) this.view.resize(this.session.shown);
    this.fit();
  }

  private point(item: Item & { name: "operation" }): void {
    const { operation } = item;
    if (operation[0] === "pointer") this.pointer.path(operation[2]);
    if (operation[0] === "pinch") this.pointer.again();
    if (operation[0] === "click" && operation[2] === "mousedown") this.pointer.click(operation[4], operation[5]);
  }

  /** How far they led, the end of the log, and all that could not be read. */
  private tell(items: Item[]): void {
    const shown = items.filter(({ page }) => this.session.page(page)?.viewport);
    const last = shown.at(-1);
    if (last) this.tellApplied(last);
    for (const item of shown.slice(-LOG_ITEMS)) {
      const said = describe(item);
      if (said) this.report({ type: "operation", page: item.page, time: item.at, ...said });
    }
    for (const item of shown) {
      if (item.name === "operation" && item.operation[0] === "unread")
        this.report({ type: "unread", page: item.page, items: item.operation[2] });
    }
  }

  private tellApplied({ page, tab, seq, at }: Item): void {
    const { kind, viewport } = this.session.page(page)!;
    this.report({ type: "applied", page, kind, tab, seq, time: at, viewport: viewport! });
  }

  private showPage(page: number): void {
    if (!this.session.page(page)) return this.report({ type: "need", page });
    this.session.front.page = page;
    if (this.fresh !== page) this.guard(page, () => this.rebuild());
  }

  private replayed({ frames, received, goesOn = false }: StageCommand & { type: "frames" }): Promise<void> {
    this.replay ??= new Replay(this.view, this.assets, this.pointer, this.report);
    return this.replay.load(frames, received, goesOn);
  }

  private fit(): void {
    const width = Number(this.view.frame.width);
    const height = Number(this.view.frame.height);
    const scale = this.size.width ? Math.min(1, this.size.width / width, this.size.height / height) : 1;
    this.scaler.style.width = `${width}px`;
    this.scaler.style.height = `${height}px`;
    this.scaler.style.transform = scale === 1 ? "" : `scale(${scale})`;
  }
}

/** A page, or the beginning of a shelf: whatever was broken is whole again. */
function isWhole(item: Item): boolean {
  if (item.name !== "operation") return false;
  const { operation } = item;
  return operation[0] === "snapshot" || (operation[0] === "shelf" && operation[3] === 1);
}

/** Null where something of them can't be read. */
async function atOnce(decoder: Decoder, frames: Frame[]): Promise<Item[] | null> {
  try {
    return await decoder.decodeAll(frames);
  } catch {
    return null;
  }
}

function oneByOne(frames: Frame[]): Item[] {
  const decoder = new Decoder();
  return frames.flatMap((frame) => decoder.decode(frame));
}
