/** The capture of one document: which page it is, when it is sent whole, and what follows. */

import type { Operation } from "../protocol/operations";
import type { CaptureControl, CaptureHost } from "../protocol/seam";
import { FrameKind } from "../protocol/wire";
import { Addresses } from "./addresses";
import { arrival } from "./arrival";
import { Assets } from "./assets";
import { Front } from "./front";
import { HandOver } from "./hand_over";
import { type NativePage, NativeSource } from "./native_source";
import { watchNavigation } from "./navigation";
import { Outbox, sendControl } from "./outbox";
import { findPoint, type KnownPage, Pages } from "./pages";
import { HtmlSource, isEarly, type Source } from "./source";
import { Storm } from "./storm";
import { Ticker } from "./ticker";
import { fits, TooLargeSource, unlessTooLarge } from "./too_large";
import { readViewport, watchViewport } from "./viewport";

const COMPARE_EVERY_MS = 40;
const LONGEST_RETURN = 5000; // characters; a control frame carries at most 16 KiB
const QUIET_MS = 200;
/** A loaded page that did not change for so many flushes is taken to be at rest. */
const STILL_FLUSHES = 3;
const HOLD_MS = 400;
const LONGEST_HOLD_MS = 5000;

export class Session implements CaptureControl {
  private readonly ticker = new Ticker(
    () => this.host.backlogBytes(),
    () => this.tick(),
  );
  private storm = new Storm();
  private readonly pages: Pages;
  private readonly addresses: Addresses;
  private readonly assets: Assets;
  private source!: Source;
  private page: KnownPage | null = null;
  private outbox: Outbox | null = null;
  /** Time until which a page that may be known is compared before it is sent whole. */
  private heldUntil = 0;
  private enteredAt = 0;
  private paused = false;
  private stopped = false;
  /** Since pagehide, until the loader has taken over again from the documents that came between. */
  private isAway = false;
  private restTimer = 0;
  private changedAt = 0;
  /** Comparisons since the last change. */
  private still = 0;
  private path = location.pathname;
  private readonly closing = new AbortController();
  private readonly stopViewport = watchViewport((viewport) => this.tell(FrameKind.VIEWPORT, viewport));
  private readonly ownScript = document.currentScript;
  private readonly handOver: HandOver;
  private readonly front = new Front((flag) => this.tell(FrameKind.VISIBILITY, {}, flag), this.closing.signal);

  constructor(private readonly host: CaptureHost) {
    this.pages = new Pages(host);
    this.handOver = new HandOver(host, this.closing.signal);
    this.addresses = new Addresses(host, this.closing.signal);
    this.assets = new Assets(host, this.addresses, () => this.changed());
    watchNavigation(this.closing.signal, {
      hidden: () => this.hide(),
      changed: () => this.changed(),
      renamed: () => this.followNavigation(),
    });
    this.source = this.html();
    // An application that has handed over a native page hands it over again before this.
    queueMicrotask(() => this.enteredAt || this.enter(this.source));
  }

  resync(): void {
    if (!this.page || this.paused || this.stopped) return;
    if (this.source instanceof TooLargeSource) this.source = this.html();
    this.source.flush();
    this.sendWhole(this.page);
  }

  pause(isTold = true): void {
    if (this.paused) return;
    this.flush();
    this.paused = true;
    if (this.page && isTold) sendControl(this.host, FrameKind.PAUSE, this.page.id, {});
  }

  resume(isTold = true): void {
    if (!this.paused) return;
    this.paused = false;
    if (!this.page) return this.compare();
    if (isTold) sendControl(this.host, FrameKind.RESUME, this.page.id, {});
    this.resync();
  }

  flush(): void {
    this.ticker.clear();
    if (this.paused || this.stopped) return;
    if (this.handOver.isUnderWay) return this.ticker.after(COMPARE_EVERY_MS);
    this.followNavigation();
    if (!this.page || !this.outbox) return this.compare();
    const { page, outbox } = this;
    const send = (): void => {
      this.write(page, outbox);
      this.storm.rideOut({ sendWhole: () => this.sendWhole(page), after: (ms) => this.ticker.after(ms) });
    };
    this.ticker.measure(() => this.guard(page, send));
  }

  stop(): void {
    this.stopped = true;
    this.ticker.clear();
    clearTimeout(this.restTimer);
    this.closing.abort();
    this.stopViewport();
    this.source.stop();
    this.assets.stop();
  }

  askFront(): void {
    this.front.ask();
  }

  nativePage(page: NativePage): void {
    if (this.stopped) return;
    const source = page.root ? new NativeSource(this.host, page, () => this.changed()) : this.html();
    this.leave();
    this.enter(source);
  }

  nativeUpdate(update: { pageId: string; root: unknown }): void {
    if (this.source instanceof NativeSource) this.source.update(update);
  }

  private html(): Source {
    const { host, addresses, assets, ownScript: own } = this;
    return unlessTooLarge(() => new HtmlSource(host, addresses, assets, () => this.changed(), own), addresses);
  }

  private enter(source: Source, still = 0): void {
    if (this.storm.isOn) source.reread();
    this.storm = new Storm();
    if (this.source && this.source !== source) this.source.stop();
    this.source = source;
    this.page = null;
    this.outbox = null;
    this.still = still;
    this.enteredAt = Date.now();
    this.heldUntil = this.enteredAt + (document.readyState === "complete" ? HOLD_MS : LONGEST_HOLD_MS);
    if (document.readyState !== "complete") window.addEventListener("load", () => this.loaded(), { once: true });
    this.compare();
  }

  private loaded(): void {
    if (this.page) return;
    this.heldUntil = Math.min(this.heldUntil, Date.now() + HOLD_MS);
    this.compare();
  }

  /**
   * Is this a page that the other side has? The digest decides; when in doubt it is sent whole. What still loads is not
   * compared yet: it would be found as it was when entered, and all that its scripts then do be sent again.
   */
  private compare(): void {
    if (this.page || this.isAway || this.paused || this.stopped) return;
    if (isEarly(this.source, this.enteredAt)) return this.ticker.after(COMPARE_EVERY_MS);
    const known = this.pages.named(this.source.key());
    this.still = this.source.flush() || document.readyState !== "complete" ? 0 : this.still + 1;
    const late = Date.now() >= this.heldUntil;
    const rests = late || this.still > STILL_FLUSHES;
    const match = known.length && rests ? findPoint(known, this.source.model.digest()) : null;
    if (match) return this.sendReturn(match.page, match.seq);
    if (!known.length || late) return this.sendNew();
    this.ticker.after(Math.min(COMPARE_EVERY_MS, this.heldUntil - Date.now()));
  }

  private sendNew(): void {
    this.page = this.pages.create(this.source.key());
    const entered = arrival(this.source, this.addresses);
    sendControl(this.host, FrameKind.PAGE_ENTER, this.page.id, entered, this.front.arrival());
    this.sendWhole(this.page);
    this.tell(FrameKind.VIEWPORT, readViewport());
  }

  private sendWhole(page: KnownPage): void {
    this.guard(page, () => this.trySendWhole(page));
  }

  /** A page that can't be sent is named instead, until the visitor is on another one. */
  private guard(page: KnownPage, send: () => void): void {
    if (fits(send)) return;
    this.source.stop();
    this.source = new TooLargeSource(this.addresses);
    this.trySendWhole(page);
  }

  private trySendWhole(page: KnownPage): void {
    const began = performance.now();
    if (this.storm.isOn) this.source.reread();
    this.pages.restart(page);
    this.source.renumber();
    this.source.shown(null);
    this.assets.enter(false);
    this.outbox = new Outbox(this.host, page.id);
    const { root } = this.source.model;
    const snapshot: Operation = ["snapshot", Date.now(), root, this.source.volatile(), readViewport()];
    const seq = this.outbox.write([snapshot], FrameKind.SNAPSHOT);
    this.pages.point(page, this.source.model.digest(), seq);
    this.storm.sentWhole(began, performance.now());
    this.changed();
  }

  private sendReturn(page: KnownPage, seq: number): void {
    this.source.renumber();
    const canvas = this.source.shown(page.canvas);
    const state = { ...this.source.volatile(), ...(canvas.length ? { canvas } : {}) };
    const checkpoint = this.source.model.digest();
    const payload = { ...arrival(this.source, this.addresses), checkpoint, at_seq: seq, volatile: state };
    if (JSON.stringify(payload).length > LONGEST_RETURN) return this.sendNew();
    this.page = page;
    this.assets.enter(page.complete);
    const at = sendControl(this.host, FrameKind.HISTORY, page.id, payload, this.front.arrival());
    this.pages.point(page, checkpoint, at);
    this.outbox = new Outbox(this.host, page.id);
  }

  private write(page: KnownPage, outbox: Outbox): void {
    const change = this.storm.holds(this.source, performance.now()) ? null : this.source.flush();
    const operations: Operation[] = change ? [["mutation", this.changedAt || Date.now(), change]] : [];
    operations.push(...this.source.drain(), ...this.assets.drain());
    this.changedAt = 0;
    if (operations.length) outbox.write(operations, FrameKind.OPERATIONS, this.front.operations());
    if (change) this.rest(page, outbox);
  }

  /** When the page comes to rest, its state gets a name that a later return can use. */
  private rest(page: KnownPage, outbox: Outbox): void {
    clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(() => {
      if (this.page !== page || this.outbox !== outbox || this.stopped || this.paused) return;
      if (this.ticker.isHeld) this.rest(page, outbox);
      else this.mark(page, outbox);
    }, QUIET_MS);
  }

  private mark(page: KnownPage, outbox: Outbox): void {
    this.write(page, outbox);
    const digest = this.source.model.digest();
    if (page.points.some(([known]) => known === digest)) return;
    this.pages.point(page, digest, outbox.write([["checkpoint", Date.now(), digest]]));
  }

  private leave(): void {
    const { page, outbox } = this;
    if (!page || !outbox || this.stopped || this.paused) return;
    clearTimeout(this.restTimer);
    this.write(page, outbox);
    const digest = this.source.model.digest();
    page.canvas = this.source.pictures();
    page.complete = this.assets.settled;
    const seq = sendControl(this.host, FrameKind.PAGE_LEAVE, page.id, { digest });
    this.pages.point(page, digest, seq);
  }

  private hide(): void {
    this.leave();
    this.page = this.outbox = null;
    this.isAway = true;
  }

  /** Out of the back/forward cache: the document survived, so nothing but its name is sent. */
  wake(): void {
    if (!this.isAway) return;
    this.isAway = false;
    this.pages.reload();
    this.enter(this.source, STILL_FLUSHES);
  }

  private followNavigation(): void {
    if (location.pathname === this.path) return;
    this.path = location.pathname;
    this.leave();
    this.enter(this.source instanceof HtmlSource ? this.source : this.html());
  }

  private tell(kind: number, payload: unknown, flag = 0): void {
    if (this.page && !this.paused) sendControl(this.host, kind, this.page.id, payload, flag);
  }

  private changed(): void {
    this.changedAt ||= Date.now();
    if (!this.ticker.isSet && !this.stopped && !this.paused) this.ticker.whenDue();
  }

  private tick(): void {
    if (!this.paused && !this.stopped) this.followNavigation();
    if (this.page && this.ticker.isHeld) this.ticker.whenDue();
    else this.flush();
  }
}
