/** One stay on a page: sent whole, then as differences, each in slices where it takes long; and the names of its states. */

import type { CaptureHost } from "../protocol/seam";
import { sentMutation } from "../protocol/sent_mutation";
import { FrameKind } from "../protocol/wire";
import type { Assets } from "./assets";
import { PATIENCE_MS } from "./budget";
import { Checkpoints, DIGITS } from "./checkpoints";
import type { Front } from "./front";
import { Outbox, sendControl } from "./outbox";
import type { KnownPage, Pages } from "./pages";
import type { Shelf } from "./shelf";
import type { Source } from "./source";
import { Storm } from "./storm";
import type { Ticker } from "./ticker";
import { fits } from "./too_large";
import { Whole } from "./whole";

const ANSWER_EVERY_MS = 10;

/** What a stay shares with those before and after it. */
export interface Place {
  readonly host: CaptureHost;
  readonly pages: Pages;
  readonly shelf: Shelf;
  readonly assets: Assets;
  readonly front: Front;
  readonly ticker: Ticker;
  readonly paused: boolean;
  /** Replaced by `giveUp`. */
  readonly source: Source;
  /** The page is too large to be sent: from now on something stands for it. */
  giveUp(): void;
  changed(): void;
  /** The viewport may have changed. */
  size(): void;
}

export class Stay {
  private outbox: Outbox;
  private readonly storm = new Storm();
  private readonly checkpoints: Checkpoints;
  /** The page, until all of it is sent. */
  private whole: Whole | null = null;
  /** When a difference began that takes more than one slice. */
  private behindSince = 0;
  private changedAt = 0;

  constructor(
    private readonly place: Place,
    readonly page: KnownPage,
  ) {
    this.outbox = new Outbox(place.host, page.id);
    const { pages, ticker, shelf } = place;
    this.checkpoints = new Checkpoints(pages, () => ticker.isSet || ticker.isHeld || place.paused, shelf.common);
  }

  /** What has begun goes on whether or not the line is free. */
  get isUnderWay(): boolean {
    return this.whole !== null || this.behindSince > 0;
  }

  /** No snapshot is on its way. */
  get isSettled(): boolean {
    return !this.whole;
  }

  noteChange(): void {
    this.changedAt ||= Date.now();
  }

  /** With the calls of `go` that follow. */
  sendWhole(): void {
    const { source, host, assets, pages, shelf, ticker } = this.place;
    if (this.storm.isOn) source.reread();
    this.behindSince = 0;
    this.checkpoints.clear();
    pages.restart([this.page]);
    this.outbox = new Outbox(host, this.page.id);
    this.whole = new Whole(source, this.outbox, shelf, () => assets.enter(false));
    ticker.after(0);
  }

  /** Send what there is, for about `ms`; the rest a moment later. */
  go(ms: number): void {
    this.guard(() => (this.whole ? this.goOn(this.whole, ms) : this.advance(ms)));
  }

  /** All of it; the page can be returned to as it is now. */
  leave(): void {
    this.guard(() => {
      if (this.whole) this.goOn(this.whole, Infinity);
      this.write(Infinity);
    });
    const { source, host, assets, pages } = this.place;
    this.page.canvas = source.pictures();
    this.page.complete = assets.settled;
    const digest = source.model.digest();
    const seq = sendControl(host, FrameKind.PAGE_LEAVE, this.page.id, { digest: digest.slice(0, DIGITS) });
    pages.point(this.page, digest, seq);
  }

  /** After it nothing is sent. */
  end(): void {
    this.checkpoints.clear();
    if (this.storm.isOn) this.place.source.reread();
  }

  /** A page that can't be sent is named instead, until the visitor is on another one. */
  private guard(send: () => unknown): void {
    if (fits(send)) return;
    this.place.giveUp();
    this.place.shelf.clear();
    this.sendWhole();
    if (this.whole) this.goOn(this.whole, Infinity);
  }

  private goOn(whole: Whole, ms: number): void {
    const { ticker, shelf } = this.place;
    if (!whole.goOn(ms)) return ticker.after(shelf.common.isAwaited ? ANSWER_EVERY_MS : 0);
    this.whole = null;
    this.place.size();
    const ended = performance.now();
    this.storm.sentWhole(ended - whole.tookMs, ended);
    this.rest();
    this.checkpoints.mark(); // the visitor may be at it before it ever rests
    this.place.changed();
  }

  private advance(ms: number): void {
    const { ticker, source } = this.place;
    ticker.measure(() => this.write(ms), this.behindSince > 0);
    if (this.behindSince) return ticker.after(0);
    if (!this.storm.isOn && source.isBehind) ticker.whenDue();
    this.storm.rideOut({ sendWhole: () => this.sendWhole(), after: (wait) => ticker.after(wait) });
  }

  private write(ms: number): void {
    const { source, assets, front } = this.place;
    const now = performance.now();
    const began = this.behindSince;
    const isHeld = this.storm.holds(source, now);
    this.outbox.expect(source.weight());
    const change = isHeld ? null : source.flush(ms);
    this.storm.flushed(source);
    if (change)
      this.outbox.add([["mutation", this.changedAt || Date.now(), ...sentMutation(change, this.outbox.said)]]);
    this.behindSince = !isHeld && source.isBehind ? began || now : 0;
    if (this.behindSince && now - this.behindSince < PATIENCE_MS) return;
    this.behindSince = this.changedAt = 0;
    this.outbox.add([...source.drain(ms === Infinity), ...assets.drain()]);
    if (!this.outbox.isEmpty) this.outbox.send(FrameKind.OPERATIONS, front.operations());
    if (change || began) this.rest();
  }

  private rest(): void {
    const { page, outbox } = this;
    this.checkpoints.rest({ page, outbox, source: this.place.source });
  }
}
