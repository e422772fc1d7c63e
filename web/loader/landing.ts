/** From the click on a link to the consent; over page loads, since the answer to "I agree" can be lost. */

import type { Api, Landed, Problem } from "./api";
import { pageAddress } from "./link";
import type { RequestStatus } from "./request_socket";
import type { Saved } from "./store";
import type { View } from "./view";

export interface LandingHandlers {
  saved(): Saved | null;
  keep(saved: Saved): void;
  asking(): void;
  agreed(redeemed: Saved): void;
  refused(): void;
  /** The link is dead; the message says why. */
  dead(message: string): void;
}

export class Landing {
  /** Of the link on which this document lands or has landed, until the visitor has decided. */
  token = "";

  constructor(
    private readonly api: Api,
    private readonly view: View,
    private readonly handlers: LandingHandlers,
  ) {}

  async land(token: string): Promise<void> {
    if (this.token === token) return;
    this.token = token;
    const kept = this.handlers.saved()?.landing;
    try {
      this.ask(token, kept?.token === token ? kept.landed : await this.api.land(token));
    } catch (problem) {
      this.token = "";
      this.handlers.dead((problem as Error).message);
    }
  }

  /** A later document of this tab asks with the same landing: an answer that was lost is given to no other. */
  ask(token: string, landed: Landed): void {
    this.token = token;
    const saved = this.handlers.saved();
    const link = saved?.link ?? `${pageAddress()}#alongside=${token}`;
    this.handlers.keep({ ...saved, phase: "linked", link, landing: { token, landed } });
    this.handlers.asking();
    const refuse = (): void => {
      this.api.refuse(token, landed);
      this.handlers.refused();
    };
    this.view.consent(landed, () => this.agree(token, landed), refuse);
  }

  /** Whether what is heard of the own request takes the consent away: what redeemed the link may be its own answer. */
  isOverFor(state: RequestStatus["link_state"]): boolean {
    const { landing, requestId } = this.handlers.saved()!;
    return landing?.landed.request_id === requestId && state !== "open" && state !== "redeemed";
  }

  private async agree(token: string, landed: Landed): Promise<void> {
    try {
      const redeemed = await this.api.redeem(token, landed);
      this.token = "";
      this.handlers.agreed({ ...redeemed, requestId: landed.request_id });
    } catch (problem) {
      if (this.token !== token) return;
      const { code } = problem as Problem;
      if (code === "network" || code === "rate_exceeded") throw problem;
      this.token = "";
      if (code !== "consent_changed") return this.handlers.dead((problem as Error).message);
      this.handlers.keep({ ...this.handlers.saved()!, landing: undefined });
      await this.land(token);
    }
  }
}
