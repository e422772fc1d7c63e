/**
 * Documents of one origin with the same script tag hear each other here. A new one learns of the session that is live,
 * and joins it as a further tab; a copy of a tab, which has the same session storage, learns that it is one. An answer
 * is for the one that asked: what was open before the consent is not seen because another page was loaded since.
 */

import { loadValue, type Saved } from "./store";

/** An answer resolves at once; only who takes over from a tab that crashed waits so long. */
const ANSWER_MS = 1000;

interface Message {
  /** A number of the question, which the answer repeats in `to`. */
  asks?: number;
  to?: number;
  /** The request or session that the sender is in, and the sender's tab. */
  of?: string;
  tab?: number;
  /** What another document needs to join. */
  live?: Saved;
  /** The visitor's choice, which counts for all tabs. */
  choice?: Choice;
}

export type Choice = "pause" | "resume" | "end";

export interface RadioHandlers {
  saved(): Saved | null;
  live(shared: Saved): void;
  choice(choice: Choice): void;
}

function idOf(saved: Saved): string {
  return saved.sessionId ?? saved.requestId ?? "";
}

export class Radio {
  private channel: BroadcastChannel | null = null;
  private asked = 0;
  private waiting: ((message: Message) => void) | null = null;

  constructor(
    private readonly name: string,
    private readonly handlers: RadioHandlers,
  ) {
    this.open();
  }

  /** Who is in a live session answers, sooner or later. */
  ask(): void {
    this.asked = Math.random();
    this.say({ asks: this.asked });
  }

  choose(choice: Choice): void {
    const saved = this.handlers.saved();
    if (saved) this.say({ of: idOf(saved), choice });
  }

  /** Whether another document that lives says that this is its request, or its tab of the session. */
  async isTaken(saved: Saved): Promise<boolean> {
    const isTaken = await new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), ANSWER_MS);
      this.waiting = ({ of, tab }) => of === idOf(saved) && tab === saved.tab && resolve(true);
      this.ask();
    });
    this.waiting = null;
    return isTaken;
  }

  open(): void {
    this.channel ??= new BroadcastChannel(`alongside:${this.name}`);
    this.channel.onmessage = (event) => this.hear(event.data as Message);
  }

  /** An open channel keeps a document out of the back/forward cache. */
  close(): void {
    this.channel?.close();
    this.channel = null;
  }

  private hear(message: Message): void {
    const saved = this.handlers.saved();
    if (message.asks) {
      const live = saved?.phase === "live" ? shareable(saved) : undefined;
      if (saved) this.say({ to: message.asks, of: idOf(saved), tab: saved.tab, live });
    } else if (message.choice) {
      if (saved && message.of === idOf(saved)) this.handlers.choice(message.choice);
    } else if (message.to !== this.asked) return;
    else if (this.waiting) this.waiting(message);
    else if (message.live) this.handlers.live(message.live);
  }

  private say(message: Message): void {
    this.channel?.postMessage(message);
  }
}

/** All but what belongs to one tab. */
function shareable({ phase, requestId, sessionId, channelToken, socketUrl, captureUrl, paused }: Saved): Saved {
  const fields = loadValue("fields") ?? "";
  return { phase, requestId, sessionId, channelToken, socketUrl, captureUrl, paused, fields };
}
