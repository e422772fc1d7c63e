/** The console's end of the assist channel: keeps the connection, its credit, and the server's clock. */

import { bytesOf } from "../protocol/seam";
import {
  CLOSE_CODES,
  type ConsoleReply,
  decodeFrame,
  type ErrorCode,
  encodeFrame,
  type Frame,
  FrameKind,
  PROTOCOL_VERSION,
  TAB_SHIFT,
  unbundled,
} from "../protocol/wire";
import { Socket } from "./socket";

const WINDOW_BYTES = 8 * 1024 * 1024;
/** A console may not say hello with less. */
const LEAST_BYTES = 512 * 1024;
const FINAL: ErrorCode[] = [
  "bad_message",
  "unknown_kind",
  "not_allowed",
  "bad_token",
  "bad_origin",
  "session_ended",
  "version",
];

export interface Queue {
  page: number;
  /** Many of them in one buffer. */
  frames: Uint8Array<ArrayBuffer>[];
  /** The page to show, which may be another one. */
  current: number;
}

export interface ChannelHandlers {
  reply(reply: ConsoleReply): void;
  /** A live frame; `bytes` is the whole of it. */
  frame(frame: Frame, bytes: ArrayBuffer): void;
  /** A whole page queue, from its snapshot on. */
  queue(queue: Queue): void;
  lost(since: number): void;
  refused(code: string): void;
}

export class ConsoleChannel {
  bytesIn = 0;
  private readonly socket: Socket;
  private received = 0;
  private granted = 0;
  /** Bytes handed to the stage that it has not taken yet, of this connection and of those before. */
  private waiting = 0;
  private queue: (Queue & { count: number }) | null = null;
  private clockOffset = 0;
  private bestRoundTrip = Infinity;

  constructor(
    sessionId: string,
    private readonly handlers: ChannelHandlers,
  ) {
    this.socket = new Socket(`/ws/assist/console/${sessionId}/`, {
      opened: () => this.hello(),
      ping: () => ({ time: Date.now() }),
      text: (message) => this.onText(message as unknown as ConsoleReply),
      binary: (data) => this.onBinary(data),
      lost: (since) => this.handlers.lost(since),
      closed: (code) => this.onClosed(code),
      moves: (code) => code === CLOSE_CODES.moved,
    });
  }

  /** The server's clock, ms since 1970. */
  now(): number {
    return Date.now() + this.clockOffset;
  }

  /** Ms since `time` of the server's clock. */
  ageMs(time: number): number {
    return Math.max(0, this.now() - time);
  }

  fetch(page: number): void {
    this.socket.send({ type: "fetch", page });
  }

  resync(page: number, detail: string): void {
    this.socket.send({ type: "resync", page, detail: detail.slice(0, 200) });
  }

  /** Latencies by bucket since the last report; false when there is no connection. */
  report(latency: number[]): boolean {
    return this.socket.send({ type: "quality", latency });
  }

  /** The stage has carried out a command with so many bytes of frames. */
  taken(bytes: number): void {
    this.waiting -= bytes;
    this.grant();
  }

  stop(): void {
    this.socket.stop();
  }

  private hello(): void {
    this.received = 0;
    this.granted = Math.max(LEAST_BYTES, WINDOW_BYTES - this.waiting);
    this.queue = null;
    this.bestRoundTrip = Infinity;
    this.socket.send({ type: "hello", version: PROTOCOL_VERSION, credit: this.granted });
    this.socket.ping();
  }

  private onText(reply: ConsoleReply): void {
    if (reply.type === "pong") this.setClock(reply.time, reply.server_time);
    if (reply.type === "welcome") this.setOffsets(reply.offsets);
    if (reply.type === "offset") this.tellOffset(reply.tab, reply.offset_ms);
    if (reply.type === "queue") this.openQueue(reply);
    this.handlers.reply(reply);
  }

  /** The quickest exchange tells the time best. */
  private setClock(sentAt: number, serverTime: number): void {
    const roundTrip = Date.now() - sentAt;
    if (roundTrip > this.bestRoundTrip) return;
    this.bestRoundTrip = roundTrip;
    this.clockOffset = serverTime - (sentAt + roundTrip / 2);
  }

  private setOffsets(offsets: Record<string, unknown>): void {
    for (const [tab, offset] of Object.entries(offsets)) this.tellOffset(Number(tab), Number(offset));
  }

  /** As the frame that the journal has for it, so that the stage reads live and archived frames in one way. */
  private tellOffset(tab: number, offsetMs: number): void {
    const payload = new TextEncoder().encode(JSON.stringify({ tab, offset_ms: offsetMs }));
    const frame = {
      kind: FrameKind.TAB_HELLO,
      flags: 0,
      page: tab * 2 ** TAB_SHIFT,
      seq: 0,
      time: this.now(),
      payload,
    };
    this.handOver(frame, encodeFrame(frame).buffer);
  }

  /** What another try can't change is told; after the rest the connection comes back. */
  private onClosed(closeCode: number): boolean {
    const code = FINAL.find((name) => CLOSE_CODES[name] === closeCode);
    if (code) this.handlers.refused(code);
    return Boolean(code);
  }

  /** Another queue before all frames of the last one have come starts over. */
  private openQueue({ page, frames, current }: { page: number; frames: number; current: number }): void {
    this.queue = { page, count: frames, frames: [], current };
    this.closeQueueWhenFull();
  }

  private onBinary(data: ArrayBuffer): void {
    this.bytesIn += data.byteLength;
    this.received += data.byteLength;
    const frames = unbundled(data);
    const queued = frames.splice(0, this.queue ? this.queue.count - this.queue.frames.length : 0);
    // Their own bytes: a queue takes along the message that it ends in.
    const live = frames.map((bytes) => (bytes.length === data.byteLength ? data : bytes.slice().buffer));
    this.queue?.frames.push(...queued);
    this.closeQueueWhenFull();
    for (const bytes of live) this.handOver(decodeFrame(bytes), bytes);
    this.grant();
  }

  private handOver(frame: Frame, bytes: ArrayBuffer): void {
    this.waiting += bytes.byteLength;
    this.handlers.frame(frame, bytes);
  }

  private closeQueueWhenFull(): void {
    const { queue } = this;
    if (!queue || queue.frames.length < queue.count) return;
    this.queue = null;
    this.waiting += bytesOf(queue.frames);
    this.handlers.queue(queue);
  }

  /** What waits for the stage takes room in the window. What has come of a queue does not, until the queue is whole. */
  private grant(): void {
    const credit = this.received - this.waiting + WINDOW_BYTES;
    if (credit - this.granted < WINDOW_BYTES / 2) return;
    this.granted = credit;
    this.socket.send({ type: "credit", bytes: credit });
  }
}
