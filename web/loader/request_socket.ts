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

const PING_EVERY_MS = 20_000;
const BAD_TOKEN = 4008;

export class RequestSocket {
  private socket: WebSocket | null = null;
  private readonly backoff = new Backoff();
  private ping = 0;
  private closed = false;
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
    this.closed = true;
    this.backoff.cancel();
    clearInterval(this.ping);
    this.socket?.close();
  }

  private open(): void {
    if (this.closed) return;
    const socket = this.api.requestSocket(this.requestId);
    this.socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "auth", token: this.token }));
      this.ping = window.setInterval(() => socket.send('{"type":"ping"}'), PING_EVERY_MS);
    };
    socket.onmessage = (event) => this.receive(event.data as string);
    socket.onclose = (event) => this.lost(event.code);
  }

  /** The first state and a change at that moment both tell the same: shown twice, it would take the focus away. */
  private receive(text: string): void {
    this.backoff.reset();
    const message = JSON.parse(text) as RequestStatus & { type: string };
    if (message.type !== "state" || this.closed || text === this.told) return;
    this.told = text;
    this.onStatus(message);
  }

  private lost(code: number): void {
    clearInterval(this.ping);
    if (this.closed) return;
    if (code === BAD_TOKEN) this.onLost();
    else this.backoff.schedule(() => this.open());
  }
}
