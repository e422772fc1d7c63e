/** The visitor's end of the assist channel (docs/protocol.md): connects, keeps, sends again, and tells what it hears. */

import { CLOSE_CODES, decodeFrame, PROTOCOL_VERSION, type Watching } from "../protocol/wire";
import { Backoff } from "./backoff";
import type { ChannelOptions, SubtreeAnswer, Welcome } from "./channel_options";
import { CodePieces } from "./desk_script";
import { Heads } from "./heads";
import { leftNext, Outbox } from "./outbox";
import { FINAL, FRAME_REFUSED } from "./refusals";
import { saveEnding } from "./store";
import { Timers } from "./timers";
import { onWakeup } from "./wakeups";

const PING_EVERY_MS = 10_000;
const SILENCE_MS = 5_000;
/** While frames are on their way: on a slow line the answer to a ping waits behind them. */
const BUSY_SILENCE_MS = 15_000;
const SLOWEST_BYTES_PER_MS = 4;
const END_WAIT_MS = 5_000;
/** A connection that was refused sooner does not count as one: the next try waits longer. */
const STEADY_MS = 5_000;
/** The server works, and asks everybody to come again. */
const COME_AGAIN = [CLOSE_CODES.moved, CLOSE_CODES.forgotten];
const SNAPSHOT_PAUSE_MS = 2_000;
/** How long another process of the browser may take to hand over what a document of this tab has left there. */
const LEFT_MS = 2_000;
const LOOK_EVERY_MS = 20;

export class Channel {
  outbox: Outbox | null = null;
  tab: number;
  private socket: WebSocket | null = null;
  private readonly backoff = new Backoff();
  private isOpen = false;
  private isOver = false;
  private isEnding = false;
  private credit = 0;
  private usedBytes = 0;
  private heardAt = 0;
  private pinger = 0;
  private code = new CodePieces();
  private heads = new Heads();
  private welcomedAt = Date.now();
  /** Frames were given up: the page must be sent whole. */
  private snapshotIsDue = false;
  private snapshotIsSet = false;
  /** Out of the back/forward cache, and not taken over yet from the documents that came between. */
  private isBack = false;
  private backTimer = 0;
  private waiting: (() => void)[] = [];
  private readonly timers = new Timers();
  private readonly closing = new AbortController();

  constructor(private readonly options: ChannelOptions) {
    this.tab = options.tab;
    this.isEnding = options.endFrom !== undefined;
    if (this.isEnding) this.leaveEndingOnHide();
    onWakeup((what) => this.noticed(what), this.closing.signal);
    this.connect();
  }

  send(kind: number, page: number, payload: Uint8Array, flags: number): number {
    if (!this.outbox) throw new Error("The channel has not been welcomed yet.");
    const seq = this.outbox.push(kind, page, payload, flags);
    this.pump();
    return seq;
  }

  backlogBytes(): number {
    return (this.outbox?.unsentBytes() ?? 0) + (this.socket?.bufferedAmount ?? 0);
  }

  say(message: Record<string, unknown>): boolean {
    if (!this.isOpen) return false;
    this.socket!.send(JSON.stringify(message));
    return true;
  }

  /** When the server can be reached, or never will be again; at the latest after `ms`. */
  opened(ms: number): Promise<void> {
    if (this.isOpen || this.isOver) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.timers.after(ms, resolve);
    });
  }

  /** The visitor ends the session: what was captured goes out before it. Comes back until the server knows. */
  end(): void {
    this.isEnding = true;
    this.leaveEndingOnHide();
    this.pump();
    if (this.isOpen) this.sayEnd();
    else this.reconnectNow();
  }

  /** The document is left: it may come back from the back/forward cache, or a successor takes over. */
  suspend(): void {
    this.outbox?.save();
    this.drop();
  }

  /** Out of the back/forward cache. What other documents of this tab wrote may get here later than the server's word. */
  revive(): void {
    this.outbox = null;
    this.isBack = true;
    clearTimeout(this.backTimer);
    this.backTimer = window.setTimeout(() => this.goOn(), LEFT_MS);
    this.connect();
  }

  reconnectNow(): void {
    if (this.isOver) return;
    this.backoff.reset();
    this.connect();
  }

  /** With a network that has come back, what was open before is not trusted: it may be half open. */
  private noticed(what: string): void {
    if (what === "visibilitychange" && document.visibilityState === "hidden") return;
    if (this.isOpen && what !== "online") this.ping();
    else if (this.socket || this.backoff.waits) this.reconnectNow();
  }

  close(): void {
    this.isOver = true;
    this.timers.clear();
    for (const go of this.waiting.splice(0)) go();
    this.closing.abort();
    this.drop();
  }

  /** Say hello, once more where there is a connection. */
  connect(): void {
    if (this.isOver) return;
    this.drop();
    const socket = new WebSocket(this.options.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.heardAt = Date.now();
    this.pinger = window.setInterval(() => this.ping(), PING_EVERY_MS);
    socket.onopen = () => this.greet(socket);
    socket.onmessage = (event) => this.hear(event.data);
    socket.onclose = (event) => this.lost(event.code);
  }

  private greet(socket: WebSocket): void {
    const { token, loader } = this.options;
    const hello = { type: "hello", version: PROTOCOL_VERSION, token, tab: this.tab, time: Date.now(), loader };
    socket.send(JSON.stringify({ ...hello, ...this.options.hello() }));
  }

  private hear(data: unknown): void {
    this.heardAt = Date.now();
    if (data instanceof ArrayBuffer) this.hearFrame(data);
    else {
      const { type, ...fields } = JSON.parse(data as string);
      this.handlers[type]?.(fields as never);
    }
  }

  private readonly handlers: Record<string, (fields: never) => void> = {
    welcome: (welcome: Welcome) => this.welcomed(welcome),
    ack: (ack: { stored: number; durable: number; credit: number }) => {
      this.outbox?.acknowledge(ack.stored, ack.durable);
      this.credit = ack.credit;
      this.pump();
    },
    error: (error: { code: string; expected?: number; reason?: string }) => {
      if (error.reason) return this.finish(error.reason);
      if (error.expected === undefined) return;
      if (FRAME_REFUSED.includes(error.code)) return this.outbox!.giveUp(error.expected, error.code);
      this.outbox!.rewind(error.expected);
      this.pump();
    },
    watchers: (now: Watching) => this.options.events.watchers(now),
    asset_want: (want: { assets: string[] }) => this.options.events.assetWant(want.assets),
    subtree_answer: (answer: SubtreeAnswer) => this.options.events.subtrees(answer),
    resync: () => this.options.events.resync(),
    paused: (now: { paused: boolean }) => this.options.events.paused(now.paused),
    ping: () => void this.say({ type: "ping", time: Date.now() }),
    front: () => this.options.events.front(),
    ended: (end: { reason: string }) => this.finish(end.reason),
  };

  private welcomed(welcome: Welcome): void {
    if (this.isBack && leftNext() <= welcome.stored) return this.welcomeLater(welcome);
    this.isOpen = true;
    this.welcomedAt = Date.now();
    [this.code, this.heads] = [new CodePieces(), new Heads()];
    [this.usedBytes, this.credit] = [0, welcome.credit];
    const outbox = this.outbox ?? this.takeOver(welcome.tab);
    outbox.resume(welcome.stored, welcome.durable);
    this.pump();
    if (this.isEnding) return this.sayEnd();
    this.options.events.welcome(welcome);
    this.goOn();
    for (const go of this.waiting.splice(0)) go();
    if (this.snapshotIsDue) this.askSnapshot();
  }

  private welcomeLater(welcome: Welcome): void {
    const { socket } = this;
    this.timers.after(LOOK_EVERY_MS, () => this.socket === socket && this.welcomed(welcome));
  }

  private takeOver(tab: number): Outbox {
    this.outbox = new Outbox(tab, () => this.askSnapshot());
    if (this.options.endFrom) this.outbox.startAt(this.options.endFrom);
    else if (this.tab) this.outbox.restore();
    this.tab = tab;
    return this.outbox;
  }

  /** With a welcome, or without a network after LEFT_MS. */
  private goOn(): void {
    if (!this.isBack || this.isOver) return;
    this.isBack = false;
    if (!this.outbox) this.takeOver(this.tab);
    this.options.events.back();
  }

  /** Later, since frames of the page as it was are being written; once there is a connection, since it may be large. */
  private askSnapshot(): void {
    this.snapshotIsDue = true;
    if (!this.isOpen || this.snapshotIsSet) return;
    this.snapshotIsSet = true;
    this.timers.after(SNAPSHOT_PAUSE_MS, () => {
      this.snapshotIsSet = false;
      if (!this.isOpen) return;
      this.snapshotIsDue = false;
      this.options.events.resync();
    });
  }

  private hearFrame(data: ArrayBuffer): void {
    const whole = this.code.take(decodeFrame(data));
    if (whole) this.options.events.captureCode(...whole);
  }

  private pump(): void {
    if (!this.isOpen || !this.outbox) return;
    for (;;) {
      const bytes = this.outbox.take(this.credit - this.usedBytes);
      if (!bytes) return;
      this.usedBytes += bytes.length;
      this.socket!.send(this.heads.short(bytes));
    }
  }

  private sayEnd(): void {
    this.say({ type: "end", reason: "visitor_ended" });
    const { socket } = this;
    this.timers.after(END_WAIT_MS, () => this.socket === socket && this.lost(0));
  }

  /** The server may not know yet: the next document of this tab tells it. */
  private leaveEndingOnHide(): void {
    const { url, token, endFrom = 0 } = this.options;
    const leave = (): void => saveEnding({ url, token, tab: this.tab, next: this.outbox?.next ?? endFrom });
    window.addEventListener("pagehide", leave, { signal: this.closing.signal });
  }

  /** A socket that is half open never closes by itself: silence after a ping tells. */
  private ping(): void {
    if (this.isOpen) this.say({ type: "ping", time: Date.now() });
    const socket = this.socket;
    const askedAt = Date.now();
    const busy = (this.outbox?.inFlightBytes() ?? 0) / SLOWEST_BYTES_PER_MS;
    const lostNow = (): boolean => this.socket === socket && socket !== null && this.heardAt < askedAt;
    this.timers.after(Math.min(BUSY_SILENCE_MS, SILENCE_MS + busy), () => lostNow() && this.lost(0));
  }

  private lost(code: number): void {
    const wasSteady = this.isOpen && Date.now() - this.welcomedAt > STEADY_MS;
    if (wasSteady || COME_AGAIN.includes(code)) this.backoff.reset();
    this.drop();
    if (this.isOver) return;
    const reason = FINAL[code];
    if (reason) return this.finish(reason);
    if (code !== CLOSE_CODES.moved) this.options.events.offline();
    this.backoff.schedule(() => this.connect());
  }

  private finish(reason: string): void {
    this.close();
    this.options.events.ended(reason);
  }

  private drop(): void {
    clearInterval(this.pinger);
    this.backoff.cancel();
    this.isOpen = false;
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
