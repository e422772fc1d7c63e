/** The calls of docs/architecture.md that a visitor's page makes. */

import type { Saved } from "./store";
import { word } from "./words";

export interface Asked {
  request_id: string;
  request_token: string;
  state: string;
  message: string;
  expires_at: string;
}

export interface Landed {
  landing: string;
  tenant_name: string;
  agent_name: string;
  consent_text: string;
  consent_sha256: string;
  request_id: string;
}

interface Redeemed {
  session_id: string;
  channel_token: string;
  socket_url: string;
}

/** `code` is stable; the message is for the visitor, in the visitor's language. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

export class Api {
  constructor(
    private readonly base: string,
    private readonly publicKey: string,
    private readonly language: string,
  ) {}

  ask(fields: Record<string, unknown>): Promise<Asked> {
    return this.post("/assist/requests/", fields);
  }

  cancel(requestId: string, token: string): Promise<unknown> {
    return this.post(`/assist/requests/${requestId}/cancel/`, {}, token);
  }

  land(token: string): Promise<Landed> {
    return this.post("/assist/links/land/", { token });
  }

  redeem(token: string, landed: Landed): Promise<Saved> {
    const { landing, consent_sha256 } = landed;
    return this.enter("redeem", { token, landing, consent_sha256 });
  }

  /** With the ticket that a link from another origin of the tenant has brought. */
  join(ticket: string): Promise<Saved> {
    return this.enter("join", { ticket });
  }

  refuse(token: string, landed: Landed): void {
    this.post("/assist/links/refuse/", { token, landing: landed.landing }).catch(() => undefined);
  }

  requestSocket(requestId: string): WebSocket {
    const base = this.base.replace(/^http/, "ws");
    return new WebSocket(`${base}/ws/assist/request/${requestId}/?language=${this.language}`);
  }

  private async enter(call: string, fields: Record<string, unknown>): Promise<Saved> {
    const answer = await this.post<Redeemed>(`/assist/links/${call}/`, fields);
    const { session_id: sessionId, channel_token: channelToken, socket_url: socketUrl } = answer;
    return { phase: "live", sessionId, channelToken, socketUrl };
  }

  private async post<Answer>(path: string, fields: Record<string, unknown>, token?: string): Promise<Answer> {
    const common = token ? {} : { public_key: this.publicKey, language: this.language };
    const response = await fetch(this.base + path, {
      method: "POST",
      credentials: "omit",
      referrerPolicy: "origin",
      headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ ...common, ...fields }),
    }).catch(() => {
      throw new Problem("network", word("problem.network"));
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Problem(answer?.code ?? "network", answer?.detail ?? word("problem.network"));
    return answer as Answer;
  }
}
