/** Follows the visitor's own request until an agent, the clock or the visitor has answered it. */

import type { Api } from "./api";
import { Backoff } from "./backoff";

export interface RequestStatus {
  state: string;
  message: string;
  agent_name?: string;
  link_state?: "open" | "redeemed" | "live" | "ended" | "expired" | "revoked" | "refused";
  link?: string;
  link_expires_at?: string;
}

const PING_EVERY_MS = 10_000;
const BAD_TOKEN = 4008;

export class RequestSocket {
  private socket: WebSocket | null = null;
  private readonly backoff = new Backoff();
  private ping = 0;
  private isHeard = false;
  private told = "";

  constructor(
    private readonly api: Api,
    private readonly requestId: string,
    private readonly token: string,
    private readonly onStatus: (status: RequestStatus) => void,
    private readonly onLost: () => void,
  ) {
    this.open();
  }

  close(): void {
    this.backoff.cancel();
    clearInterval(this.ping);
    const { socket } = this;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private open(): void {
    const socket = this.api.requestSocket(this.requestId);
    this.socket = socket;
    this.isHeard = false;
    this.ping = window.setInterval(() => this.check(socket), PING_EVERY_MS);
    socket.onopen = () => socket.send(JSON.stringify({ type: "auth", token: this.token }));
    socket.onmessage = (event) => this.receive(event.data as string);
    socket.onclose = (event) => this.lost(event.code);
  }

  /** A socket that is half open never closes by itself: silence after a ping, or from the start, tells. */
  private check(socket: WebSocket): void {
    if (!this.isHeard) return this.lost(0);
    this.isHeard = false;
    socket.send('{"type":"ping"}');
  }

  /** The first state and a change at that moment both tell the same: shown twice, it would take the focus away. */
  private receive(text: string): void {
    this.isHeard = true;
    this.backoff.reset();
    const message = JSON.parse(text) as RequestStatus & { type: string };
    if (message.type !== "state" || text === this.told) return;
    this.told = text;
    this.onStatus(message);
  }

  private lost(code: number): void {
    this.close();
    if (code === BAD_TOKEN) this.onLost();
    else this.backoff.schedule(() => this.open());
  }
}
