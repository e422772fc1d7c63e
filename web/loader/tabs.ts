/**
 * What documents of one origin with the same script tag tell each other. A new one learns of the session that is live,
 * and joins it as a further tab; a copy of a tab, which has the same session storage, learns that it is one. An answer
 * is for the one that asked: what was open before the consent is not seen because another page was loaded since.
 */

import type { Radio, RadioMessage } from "../protocol/stub";
import { loadValue, type Saved } from "./store";

/** An answer resolves at once; only who takes over from a tab that crashed waits so long. */
const ANSWER_MS = 1000;

export type Choice = NonNullable<RadioMessage["choice"]>;

export interface TabHandlers {
  saved(): Saved | null;
  live(shared: object): void;
  choice(choice: Choice): void;
}

function idOf(saved: Saved): string {
  return saved.sessionId ?? saved.requestId ?? "";
}

export class Tabs {
  private waiting: ((message: RadioMessage) => void) | null = null;

  constructor(
    private readonly radio: Radio,
    private readonly handlers: TabHandlers,
  ) {
    radio.hear = (message) => this.hear(message);
  }

  choose(choice: Choice): void {
    const saved = this.handlers.saved();
    if (saved) this.radio.say({ of: idOf(saved), choice });
  }

  /** Whether another document that lives says that this is its request, or its tab of the session. */
  async areIn(saved: Saved): Promise<boolean> {
    const isTaken = await new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), ANSWER_MS);
      this.waiting = ({ of, tab }) => of === idOf(saved) && tab === saved.tab && resolve(true);
      this.radio.ask();
    });
    this.waiting = null;
    return isTaken;
  }

  private hear(message: RadioMessage): void {
    const saved = this.handlers.saved();
    if (message.asks) {
      const live = saved?.phase === "live" ? shareable(saved) : undefined;
      if (saved) this.radio.say({ to: message.asks, of: idOf(saved), tab: saved.tab, live });
    } else if (message.choice) {
      if (saved && message.of === idOf(saved)) this.handlers.choice(message.choice);
    } else if (message.to !== this.radio.asked) return;
    else if (this.waiting) this.waiting(message);
    else if (message.live) this.handlers.live(message.live);
  }
}

/** All but what belongs to one tab. */
function shareable({ phase, requestId, sessionId, channelToken, socketUrl, captureUrl, paused }: Saved): Saved {
  const fields = loadValue("fields") ?? "";
  return { phase, requestId, sessionId, channelToken, socketUrl, captureUrl, paused, fields };
}
