/** One assist session in this document: the channel, the capture code that came through it, and the indicator. */

import type { CaptureControl, CaptureHost } from "../protocol/seam";
import type { Stub } from "../protocol/stub";
import type { Watching } from "../protocol/wire";
import { FrameKind, TAB_SHIFT } from "../protocol/wire";
import { AssetUploads } from "./assets";
import { captureHost } from "./capture_host";
import { Channel } from "./channel";
import type { Welcome } from "./channel_options";
import { DeskScript, WrongCode } from "./desk_script";
import { Blocked, Injector } from "./injector";
import { forgetSaid, loadState, type Saved, saveState } from "./store";
import type { Choice } from "./tabs";
import type { View } from "./view";

const EMPTY_OBJECT = new TextEncoder().encode("{}");
/** A script that could not be loaded from its address: the network may be why, or a server of another release. */
const LOADS = 3;
const LOAD_AGAIN_MS = 1000;

export interface LiveOptions {
  stub: Stub;
  version: string;
  saved: Saved;
  view: View;
  /** What the visitor chooses here counts for every tab. */
  onChoice(choice: Choice): void;
  onLive(): void;
  onEnded(reason: string): void;
}

export class Live {
  private channel: Channel | null = null;
  private uploads: AssetUploads | null = null;
  private control: CaptureControl | null = null;
  private welcome: Welcome | null = null;
  private welcomedAt = 0;
  private readonly injector: Injector;
  private readonly capture: DeskScript;
  private readonly native: DeskScript;
  /** The last hello asked for the script that a page which is not HTML needs. */
  private asksNative = false;
  private going = Promise.resolve();
  private failedLoads = 0;
  private isOver = false;
  private isHungUp = false;
  private watching: Watching | null = null;
  private isConnected = false;
  private isBack = false;
  /** The newest of PAUSE and RESUME that went out, with its seq: the capture code says it where it knows the page. */
  private said = { kind: 0, seq: 0 };
  /** Chosen before there was a welcome. */
  private isUntold = false;

  constructor(private readonly options: LiveOptions) {
    this.injector = new Injector(options.stub);
    this.capture = new DeskScript(this.injector, "capture");
    this.native = new DeskScript(this.injector, "native");
    this.draw();
    void this.open();
  }

  nativePage(page: never): void {
    if (this.needsNative()) this.go();
    else this.control?.nativePage(page);
  }

  nativeUpdate(update: never): void {
    if (!this.needsNative()) this.control?.nativeUpdate(update);
  }

  /** The visitor ends it: nothing is captured from here on, what was captured before still goes out. */
  end(isTold = true): void {
    this.control?.flush();
    if (isTold) this.options.onChoice("end");
    this.hangUp("visitor_ended");
  }

  /** The visitor has chosen this in another tab, which tells the server. */
  follow(choice: Choice): void {
    if (choice === "end") this.end(false);
    else if ((choice === "pause") !== (this.options.saved.paused === true)) this[choice](false);
  }

  /** The document is left, and the capture code has said so already; or it is put to sleep. */
  suspend(isAsleep: boolean): void {
    if (isAsleep) this.control?.flush();
    this.channel?.suspend();
  }

  /** Out of sleep; or out of the back/forward cache: other documents of this tab have gone on with the session. */
  revive(wasAsleep: boolean): void {
    if (wasAsleep) return this.channel?.reconnectNow();
    this.isBack = true;
    this.said = { kind: 0, seq: 0 };
    this.channel?.revive();
  }

  finish(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.control?.stop();
    this.control = null;
    delete window.__alongsideCapture;
    delete window.__alongsideNative;
    this.options.view.unmark();
    this.uploads?.stop();
    this.channel?.close();
    this.options.onEnded(reason);
  }

  /** The channel closes by itself once the server knows; where there is none yet, it is opened to say so. */
  private hangUp(reason: string): void {
    const { channel } = this;
    this.channel = null;
    this.isHungUp = true;
    channel?.end();
    this.finish(reason);
  }

  private async open(): Promise<void> {
    const injection = await this.injector.findMethod();
    if (this.isOver && !this.isHungUp) return;
    const { saved, version } = this.options;
    const { socketUrl, channelToken } = saved as Required<Saved>;
    const channel = new Channel({
      url: socketUrl,
      token: channelToken,
      tab: saved.tab ?? 0,
      loader: version,
      hello: () => ({ injection, ...this.cached() }),
      events: {
        welcome: (welcome) => this.welcomed(welcome),
        back: () => this.goOn(),
        captureCode: (deflated, which) => this.go(() => [this.capture, this.native][which]!.receive(deflated)),
        watchers: (now) => this.watched(now),
        assetWant: (assets) => this.uploads?.wanted(assets),
        subtrees: (answer) => this.uploads?.answered(answer),
        resync: () => (this.control ? this.control.resync() : forgetSaid()),
        paused: (isPaused) => this.follow(isPaused ? "pause" : "resume"),
        front: () => this.control?.askFront(),
        offline: () => this.connected(false),
        ended: (reason) => this.finish(reason),
      },
    });
    if (this.isHungUp) return channel.end();
    this.channel = channel;
    this.uploads = new AssetUploads(channel, socketUrl.replace("/visitor/", "/assets/"), channelToken);
  }

  private welcomed(welcome: Welcome): void {
    const { saved } = this.options;
    this.catchUp();
    this.welcome = welcome;
    this.welcomedAt = Date.now();
    this.watching = welcome.watching;
    // What the visitor has chosen on this page counts while it is on its way to the server, then what the server says.
    const isOnItsWay = this.isUntold || this.said.seq > welcome.stored;
    this.save({ tab: welcome.tab, paused: saved.paused === true || (!isOnItsWay && welcome.paused) });
    if (this.isUntold) this.tell(saved.paused ? FrameKind.PAUSE : FrameKind.RESUME);
    if (saved.paused) this.control?.pause(false);
    this.capture.announced = welcome.capture;
    this.native.announced = welcome.native;
    this.connected(true);
    this.uploads?.offerAgain();
    this.options.onLive();
    this.go();
  }

  /** What other documents of this tab have saved. */
  private catchUp(): void {
    const left = loadState();
    if (this.isBack && left?.sessionId === this.options.saved.sessionId) this.save({ ...left, isLeft: false });
    this.isBack = false;
  }

  /** The capture code of a document that is back does what the visitor has chosen meanwhile. */
  private goOn(): void {
    this.catchUp();
    this.control?.[this.options.saved.paused ? "pause" : "resume"](false);
    this.control?.wake();
    this.draw();
  }

  /** SHA-256 of what need not come again. */
  private cached(): { capture: string; native?: string } {
    this.asksNative = this.needsNative();
    return { capture: this.capture.cachedHash(), ...(this.asksNative ? { native: this.native.cachedHash() } : {}) };
  }

  /** The page has handed over one that is not HTML, and its script has not run yet. */
  private needsNative(): boolean {
    const { page } = this.options.stub.said as { page?: { root?: unknown } };
    return Boolean(page?.root) && !this.native.hasRun;
  }

  /** What has come is taken, and what is there runs; one after the other. */
  private go(take?: () => Promise<void>): void {
    const steps = async (): Promise<void> => {
      await take?.();
      await this.inject();
    };
    this.going = this.going.then(steps).catch((problem) => this.failed(problem));
  }

  private async inject(): Promise<void> {
    const { saved } = this.options;
    if (this.isOver || saved.paused || !this.welcome || !(await this.capture.run(saved.captureUrl))) return;
    if (this.capture.address) this.save({ captureUrl: this.capture.address });
    const isLate = this.needsNative();
    if (isLate && !(await this.native.run())) return this.asksNative ? undefined : this.channel?.connect();
    if (!this.isOver && this.control && isLate) this.handOver(this.control);
    else if (!this.isOver && !this.control && !this.options.saved.paused) this.startCapture();
  }

  /** With the next connection a cached copy that somebody changed comes again, and an address is a new one. */
  private failed(problem: unknown): void {
    if (problem instanceof WrongCode) this.channel?.connect();
    else if (!(problem instanceof Blocked)) reportError(problem);
    else if (!this.welcome?.capture.url || ++this.failedLoads === LOADS) this.hangUp("blocked");
    else setTimeout(() => this.channel?.connect(), LOAD_AGAIN_MS * this.failedLoads);
  }

  private startCapture(): void {
    const control = window.__alongsideCapture!(this.host());
    this.control = control;
    this.draw();
    window.dispatchEvent(new Event("alongside:capturing"));
    this.handOver(control);
  }

  private handOver(control: CaptureControl): void {
    const { page, update } = this.options.stub.said;
    if (page) control.nativePage(page);
    if (update) control.nativeUpdate(update);
  }

  private host(): CaptureHost {
    return captureHost({
      welcome: this.welcome!,
      welcomedAt: this.welcomedAt,
      saved: this.options.saved,
      uploads: this.uploads!,
      ownElement: this.options.view.host,
      channel: () => this.channel,
      onChoice: (kind, seq) => {
        this.said = { kind, seq };
      },
    });
  }

  private pause(isTold = true): void {
    this.save({ paused: true });
    this.control?.pause(isTold);
    if (isTold) this.tell(FrameKind.PAUSE);
    this.draw();
  }

  private resume(isTold = true): void {
    this.save({ paused: false });
    this.control?.resume(isTold);
    if (isTold) this.tell(FrameKind.RESUME);
    this.draw();
    // An address is good for a short time only: a new hello brings one.
    if (this.welcome?.capture.url && (!this.control || this.needsNative())) this.channel?.connect();
    else this.go();
  }

  private tell(kind: number): void {
    this.options.onChoice(kind === FrameKind.PAUSE ? "pause" : "resume");
    this.isUntold = !this.welcome;
    if (this.said.kind === kind || !this.welcome) return;
    this.said = { kind, seq: this.channel?.send(kind, this.welcome.tab * 2 ** TAB_SHIFT, EMPTY_OBJECT, 0) ?? 0 };
  }

  private watched(now: Watching): void {
    this.watching = now;
    this.draw();
  }

  private connected(isConnected: boolean): void {
    this.isConnected = isConnected;
    this.draw();
  }

  private save(values: Partial<Saved>): void {
    Object.assign(this.options.saved, values);
    if (!this.isOver) saveState(this.options.saved);
  }

  private draw(): void {
    if (this.isOver) return;
    const { watching, isConnected, control } = this;
    const actions = { pause: () => this.pause(), resume: () => this.resume(), end: () => this.end() };
    const isPaused = this.options.saved.paused === true;
    this.options.view.live({ watching, isConnected, isPaused, control }, actions);
  }
}
