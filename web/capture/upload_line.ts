/** The socket of its own on which assets go up, in pieces: a packet that is lost here holds no operation up. */

import { type AssetHead, type AssetLine, type AssetLineOptions, LOST } from "../protocol/asset_line";
import { PROTOCOL_VERSION, type UploadReply, type UploadReplyFetched } from "../protocol/wire";
import { Pace } from "./pace";

const IDLE_MS = 5_000;
const SILENCE_MS = 30_000;

export class UploadLine implements AssetLine {
  private connection: Connection | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private readonly pace = new Pace();

  constructor(private readonly options: AssetLineOptions) {}

  async send(head: AssetHead, body: Uint8Array<ArrayBuffer>): Promise<string> {
    const poured = this.last.then(() => this.pour(head, body));
    this.last = poured;
    return (await poured).kept;
  }

  async fetch(url: string): Promise<Fetched> {
    const connection = this.connected();
    await connection.opened;
    return connection.fetch(url);
  }

  close(): void {
    this.connection?.close();
  }

  private connected(): Connection {
    if (!this.connection?.isAlive) this.connection = new Connection(this.options, this.pace);
    return this.connection;
  }

  private async pour(head: AssetHead, body: Uint8Array<ArrayBuffer>): Promise<{ kept: Promise<string> }> {
    const connection = this.connected();
    await connection.opened;
    const kept = connection.begin(head, body.length);
    for (let at = 0; at < body.length; ) {
      await this.options.calm();
      await connection.room();
      if (!connection.isAlive) break;
      const piece = body.subarray(at, at + this.pace.pieceBytes);
      connection.put(piece);
      at += piece.length;
    }
    return { kept };
  }
}

export type Fetched = Omit<UploadReplyFetched, "type" | "id">;
const NOTHING: Fetched = { sha256: "", code: LOST, style: "" };

class Connection {
  isAlive = true;
  readonly opened: Promise<void>;
  private readonly socket: WebSocket;
  private open!: () => void;
  private goOn: (() => void) | null = null;
  private pieces: { bytes: number; at: number }[] = [];
  private inFlightBytes = 0;
  /** Of the asset that goes up. */
  private leftBytes = 0;
  private asked: ((code: string) => void)[] = [];
  /** By the number of the question. */
  private readonly fetches = new Map<number, (answer: Fetched) => void>();
  private count = 0;
  private timer = 0;

  constructor(
    { url, token }: AssetLineOptions,
    private readonly pace: Pace,
  ) {
    this.opened = new Promise((resolve) => (this.open = resolve));
    this.socket = new WebSocket(url);
    this.socket.onopen = () => this.say({ type: "hello", version: PROTOCOL_VERSION, token });
    this.socket.onmessage = ({ data }) => this.hear(JSON.parse(data as string) as UploadReply);
    this.socket.onclose = () => this.close();
    this.watch();
  }

  begin(head: AssetHead, size: number): Promise<string> {
    if (!this.isAlive) return Promise.resolve(LOST);
    this.say({ type: "asset", ...head, size_bytes: size });
    this.leftBytes = size;
    return new Promise((resolve) => this.asked.push(resolve));
  }

  fetch(url: string): Promise<Fetched> {
    if (!this.isAlive) return Promise.resolve(NOTHING);
    const id = ++this.count;
    const answer = new Promise<Fetched>((resolve) => this.fetches.set(id, resolve));
    this.say({ type: "fetch", id, url });
    this.watch();
    return answer;
  }

  /** Resolves when the next piece may go, or never can. */
  async room(): Promise<void> {
    while (this.isAlive && this.inFlightBytes && !this.pace.takes(this.pace.pieceBytes, this.inFlightBytes))
      await new Promise<void>((resolve) => (this.goOn = resolve));
  }

  put(piece: Uint8Array<ArrayBuffer>): void {
    this.pieces.push({ bytes: piece.length, at: performance.now() });
    this.inFlightBytes += piece.length;
    this.leftBytes -= piece.length;
    this.socket.send(piece);
    this.watch();
  }

  close(): void {
    this.isAlive = false;
    clearTimeout(this.timer);
    this.socket.onclose = null;
    this.socket.close();
    this.open();
    this.goOn?.();
    for (const answer of this.asked.splice(0)) answer(LOST);
    for (const answer of this.fetches.values()) answer(NOTHING);
    this.fetches.clear();
  }

  private say(message: Record<string, unknown>): void {
    this.socket.send(JSON.stringify(message));
  }

  private hear(reply: UploadReply): void {
    if (reply.type === "ready") this.open();
    else if (reply.type === "got") this.got();
    else if (reply.type === "kept") this.asked.shift()?.(reply.code);
    else if (reply.type === "fetched") {
      this.fetches.get(reply.id)?.(reply);
      this.fetches.delete(reply.id);
    }
    this.watch();
  }

  private got(): void {
    const { bytes, at } = this.pieces.shift()!;
    this.inFlightBytes -= bytes;
    const now = performance.now();
    this.pace.answered(bytes, now - at, now, this.goOn !== null);
    this.goOn?.();
    this.goOn = null;
  }

  /** Who waits for an answer in vain gives up, and who has nothing to send goes. */
  private watch(): void {
    clearTimeout(this.timer);
    const isHeld = this.leftBytes > 0 && !this.inFlightBytes;
    const end = (): void => (isHeld ? this.watch() : this.close());
    this.timer = window.setTimeout(end, this.asked.length + this.fetches.size ? SILENCE_MS : IDLE_MS);
  }
}
