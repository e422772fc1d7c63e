/** The capture of one document: which page it is, when it is sent whole, and what follows. */

import type { NativePage } from "../native/page";
import type { Mutation } from "../protocol/operations";
import type { CaptureControl, CaptureHost, Hidden } from "../protocol/seam";
import { TreeModel } from "../protocol/tree";
import { FrameKind } from "../protocol/wire";
import { Addresses } from "./addresses";
import { arrival } from "./arrival";
import { Assets } from "./assets";
import { Budget, finished, PATIENCE_MS, SLICE_MS } from "./budget";
import { DIGITS } from "./checkpoints";
import { Events } from "./events";
import { Front } from "./front";
import { HandOver } from "./hand_over";
import { Masking } from "./masking";
import { watchNavigation } from "./navigation";
import { prepareSoon, sendControl } from "./outbox";
import { findPoint, type KnownPage, Pages } from "./pages";
import { holdsCard } from "./personal";
import { Shelf } from "./shelf";
import { HtmlSource, isEarly, type Source } from "./source";
import { type Place, Stay } from "./stay";
import { Ticker } from "./ticker";
import { fits, TooLargeSource } from "./too_large";
import { readViewport, watchViewport } from "./viewport";

const COMPARE_EVERY_MS = 40;
const LONGEST_RETURN = 5000; // characters; a control frame carries at most 16 KiB
/** A loaded page that did not change for so many flushes is taken to be at rest. */
const STILL_FLUSHES = 3;
const NOT_DRAWN = -1; // an application has gone to another address, and draws what is there a moment later
const HOLD_MS = 400;
const LONGEST_HOLD_MS = 5000;
/** After its hold a page has so many slices to be read and compared, however rarely a busy browser lets one run. */
const LATE_SLICES = PATIENCE_MS / SLICE_MS;

export class Session implements CaptureControl, Place {
  readonly ticker = new Ticker(
    () => this.host.backlogBytes(),
    () => this.tick(),
  );
  readonly pages: Pages;
  readonly shelf: Shelf;
  readonly assets: Assets;
  readonly front: Front;
  source!: Source;
  private readonly addresses: Addresses;
  private stay: Stay | null = null;
  /** Time until which a page that may be known is compared before it is sent whole. */
  private heldUntil = 0;
  private enteredAt = 0;
  paused = false;
  private stopped = false;
  /** Since pagehide, until the loader has taken over again from the documents that came between. */
  private isAway = false;
  /** Comparisons since the last change. */
  private still = 0;
  private lateSlices = 0;
  private path = "";
  private readonly closing = new AbortController();
  private readonly ownScript = document.currentScript;
  private readonly handOver: HandOver;

  constructor(readonly host: CaptureHost) {
    this.pages = new Pages(host);
    this.shelf = new Shelf(host, () => this.pages.restart());
    this.front = new Front((flag) => this.tell(FrameKind.VISIBILITY, {}, flag), this.closing.signal);
    this.handOver = new HandOver(host, this.closing.signal);
    this.addresses = new Addresses(host, this.closing.signal);
    this.assets = new Assets(host, this.addresses, () => this.changed());
    watchViewport(() => this.size(), this.closing.signal);
    watchNavigation(this.closing.signal, {
      hidden: () => this.hide(),
      changed: () => this.changed(),
      loaded: () => this.loaded(),
      renamed: () => this.followNavigation(),
    });
    this.source = this.html();
    prepareSoon();
    // An application that has handed over a native page hands it over again before this.
    queueMicrotask(() => this.enteredAt || this.enter(this.source));
  }

  resync(): void {
    this.shelf.clear(); // what is on it may be what is missing
    this.sendWhole();
  }

  private sendWhole(): void {
    if (!this.stay || this.paused || this.stopped) return;
    if (this.source instanceof TooLargeSource) this.source = this.html();
    this.stay.sendWhole();
    this.go(SLICE_MS);
  }

  pause(isTold = true): void {
    if (this.paused) return;
    this.flush();
    this.source.restPictures();
    if (isTold) this.tell(FrameKind.PAUSE, {});
    this.paused = true;
  }

  resume(isTold = true): void {
    if (!this.paused) return;
    this.paused = false;
    this.source.drain(true); // what was done meanwhile is nobody's business
    if (!this.stay) return this.ticker.after(0); // RESUME comes first
    if (isTold) this.tell(FrameKind.RESUME, {});
    this.size();
    if (location.pathname === this.path) return this.sendWhole();
    // What the page before has become meanwhile was not to be seen.
    this.enter(this.source instanceof HtmlSource ? this.source : this.html());
  }

  flush(): void {
    this.go(Infinity);
  }

  /** For about `ms`; what is not done then goes on a moment later. */
  private go(ms: number): void {
    this.ticker.clear();
    if (this.paused || this.stopped) return;
    if (this.handOver.isUnderWay) return this.ticker.after(COMPARE_EVERY_MS);
    this.followNavigation();
    if (this.stay) this.stay.go(ms);
    else if (!this.ticker.isSet) this.compare(ms);
  }

  stop(): void {
    this.stopped = true;
    this.ticker.clear();
    this.stay?.end();
    this.closing.abort();
    this.source.stop();
    this.assets.stop();
  }

  askFront(): void {
    this.front.ask();
  }

  hidden(): Iterable<Hidden | null> | null {
    return this.source.hidden();
  }

  nativePage(page: NativePage): void {
    if (this.stopped) return;
    const changed = (isPatient?: boolean): void => this.changed(isPatient);
    const kit = { TreeModel, Masking, Events, holdsCard };
    const source = page.root ? window.__alongsideNative!(kit, this.host, page, this.assets, changed) : this.html();
    this.leave();
    this.enter(source);
  }

  nativeUpdate(update: Omit<NativePage, "title">): void {
    this.source.update?.(update);
  }

  private html(): Source {
    const { host, addresses, assets, ownScript: own } = this;
    return new HtmlSource(host, addresses, assets, (isPatient) => this.changed(isPatient), own);
  }

  giveUp(): void {
    this.source.stop();
    this.source = new TooLargeSource(this.addresses);
  }

  private enter(source: Source, still = 0): void {
    this.stay?.end();
    this.stay = null;
    if (this.source && this.source !== source) this.source.stop();
    this.source = source;
    this.still = still;
    this.lateSlices = 0;
    this.enteredAt = Date.now();
    this.heldUntil = this.enteredAt + (document.readyState === "complete" ? HOLD_MS : LONGEST_HOLD_MS);
    this.compare();
  }

  private loaded(): void {
    this.heldUntil = Math.min(this.heldUntil, Date.now() + HOLD_MS);
    this.changed();
  }

  /**
   * Is this a page that the other side has? The digest decides; when in doubt it is sent whole. What still loads is not
   * compared yet: it would be found as it was when entered, and all that its scripts then do be sent again.
   */
  private compare(ms = SLICE_MS): void {
    if (this.stay || this.isAway || this.paused || this.stopped) return;
    this.handOver.takeBack();
    this.path = location.pathname;
    if (this.still === NOT_DRAWN || isEarly(this.source, this.enteredAt)) {
      this.still = 0;
      return this.ticker.after(COMPARE_EVERY_MS);
    }
    const known = this.pages.named(this.source.key());
    const lateBy = Date.now() - this.heldUntil;
    if (lateBy >= 0) this.lateSlices++;
    if (!known.length || this.lateSlices > LATE_SLICES || lateBy > LONGEST_HOLD_MS) return this.sendNew(ms);
    const budget = new Budget(ms);
    this.still = this.read(ms) || document.readyState !== "complete" ? 0 : this.still + 1;
    const rests = lateBy >= 0 || this.still > STILL_FLUSHES;
    if (this.source.isBehind || (rests && !this.source.model.isDigested(() => budget.isSpent)))
      return this.ticker.after(0);
    const match = rests ? findPoint(known, this.source.model.digest()) : null;
    if (match) this.sendReturn(match.page, match.seq);
    else if (lateBy >= 0) this.sendNew(budget.leftMs);
    else this.ticker.after(Math.min(COMPARE_EVERY_MS, -lateBy));
  }

  private read(ms: number): Mutation | null {
    let change: Mutation | null = null;
    const read = (): void => {
      change = this.source.flush(ms);
    };
    if (!fits(read)) this.giveUp();
    return change;
  }

  private sendNew(ms: number): void {
    const page = this.pages.create(this.source.key());
    const entered = arrival(this.source, this.addresses);
    sendControl(this.host, FrameKind.PAGE_ENTER, page.id, entered, this.front.arrival());
    this.stay = new Stay(this, page);
    this.stay.sendWhole();
    this.stay.go(ms);
  }

  private sendReturn(page: KnownPage, seq: number): void {
    this.source.renumber();
    const canvas = this.source.shown(page.canvas);
    const state = { ...finished(this.source.volatile()), ...(canvas.length ? { canvas } : {}) };
    const digest = this.source.model.digest();
    const checkpoint = digest.slice(0, DIGITS);
    const said = { viewport: readViewport(), checkpoint, at_seq: seq, volatile: state };
    const payload = { ...arrival(this.source, this.addresses), ...said };
    if (JSON.stringify(payload).length > LONGEST_RETURN) return this.sendNew(SLICE_MS);
    this.assets.enter(page.complete);
    const at = sendControl(this.host, FrameKind.HISTORY, page.id, payload, this.front.arrival());
    this.pages.point(page, digest, at);
    this.stay = new Stay(this, page);
    this.size();
  }

  private leave(): void {
    this.handOver.takeBack();
    if (!this.stopped && !this.paused) this.stay?.leave();
  }

  private hide(): void {
    this.leave();
    this.stay?.end();
    this.stay = null;
    this.isAway = true;
  }

  /** Out of the back/forward cache: the document survived, so nothing but its name is sent. */
  wake(): void {
    if (!this.isAway) return;
    this.isAway = false;
    this.pages.reload();
    this.shelf.reload();
    this.enter(this.source, STILL_FLUSHES);
  }

  private followNavigation(): void {
    if (location.pathname === this.path || !this.stay) return;
    this.leave();
    this.enter(this.source instanceof HtmlSource ? this.source : this.html(), NOT_DRAWN);
  }

  private tell(kind: number, payload: unknown, flag = 0): void {
    if (this.stay && !this.paused) sendControl(this.host, kind, this.stay.page.id, payload, flag);
  }

  /** Said where it has become another; not while the page's snapshot says the one before. */
  size(): void {
    if (!this.stay?.isSettled || this.paused) return;
    const viewport = readViewport();
    const now = JSON.stringify([this.host.tab, viewport]);
    if (now !== this.host.load("viewport")) this.tell(FrameKind.VIEWPORT, viewport);
    this.host.save("viewport", now);
  }

  /** `isPatient`: nothing that is seen of the page, and it need not go at once. */
  changed(isPatient = false): void {
    if (!isPatient) this.stay?.noteChange();
    if (!this.stopped && !this.paused) this.ticker.wanted(isPatient);
  }

  private tick(): void {
    if (!this.paused && !this.stopped) this.followNavigation();
    if (this.stay && !this.stay.isUnderWay && this.ticker.isHeld) this.ticker.whenDue();
    else this.go(SLICE_MS);
  }
}
