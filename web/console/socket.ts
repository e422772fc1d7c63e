/** A WebSocket that comes back by itself. */

export interface SocketHandlers {
  opened(): void;
  /** More fields of the ping that is said every PING_MS; the server answers it. */
  ping?(): Record<string, unknown>;
  text(message: Record<string, unknown>): void;
  binary?(data: ArrayBuffer): void;
  /** Not connected since `since` (ms since 1970); called once for each break. */
  lost(since: number): void;
  /** The server closed with this code: true ends it for good. */
  closed?(code: number): boolean;
  /** With this code another process takes over: no break, unless that fails as well. */
  moves?(code: number): boolean;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2000;
const PING_MS = 5000;
const SILENCE_MS = 10_000;

export class Socket {
  private socket: WebSocket | null = null;
  private wait = FIRST_WAIT_MS;
  private lostAt = 0;
  private moved = false;
  private stopped = false;
  private timer = 0;
  private heardAt = 0;
  private readonly pinger = window.setInterval(() => this.ping(), PING_MS);

  constructor(
    private readonly path: string,
    private readonly handlers: SocketHandlers,
  ) {
    this.connect();
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => document.hidden || this.now());
  }

  /** False when there is no connection. */
  send(message: Record<string, unknown>): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  ping(): void {
    if (this.send({ type: "ping", ...this.handlers.ping?.() })) this.expectAnswer();
  }

  /** A socket that is half open never closes by itself: one on which nothing comes is given up. */
  private expectAnswer(): void {
    const { socket } = this;
    const askedAt = Date.now();
    window.setTimeout(() => {
      if (this.stopped || !socket || socket !== this.socket || this.heardAt >= askedAt) return;
      socket.onclose = socket.onmessage = null;
      socket.close();
      this.onClose(socket, 0);
    }, SILENCE_MS);
  }

  /** For good. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.pinger);
    this.socket?.close();
  }

  private connect(): void {
    const socket = new WebSocket(new URL(this.path, location.href.replace(/^http/, "ws")));
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.onOpen();
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.onMessage(event.data);
    socket.onclose = (event) => this.onClose(socket, event.code);
    this.expectAnswer();
  }

  private onOpen(): void {
    this.lostAt = 0;
    this.handlers.opened();
  }

  private onMessage(data: string | ArrayBuffer): void {
    this.wait = FIRST_WAIT_MS;
    this.heardAt = Date.now();
    if (typeof data === "string") this.handlers.text(JSON.parse(data) as Record<string, unknown>);
    else this.handlers.binary?.(data);
  }

  private onClose(socket: WebSocket, code: number): void {
    if (this.stopped || socket !== this.socket) return;
    if (this.handlers.closed?.(code)) return this.stop();
    if (!this.lostAt || this.moved) this.onLost(code);
    this.timer = window.setTimeout(() => this.connect(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 2);
  }

  private onLost(code: number): void {
    this.moved = !this.lostAt && this.handlers.moves?.(code) === true;
    this.lostAt ||= Date.now();
    if (!this.moved) this.handlers.lost(this.lostAt);
  }

  /** The network or the window is back: don't sit out the wait. */
  private now(): void {
    if (this.stopped || !this.lostAt || this.socket?.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.timer);
    this.connect();
  }
}
