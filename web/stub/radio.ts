/** What documents of one origin with the same script tag say to each other; what it means is the rest's. */

import type { Radio, RadioMessage } from "../protocol/stub";

export class TabRadio implements Radio {
  asked = 0;
  private channel: BroadcastChannel | null = null;

  constructor(
    private readonly name: string,
    public hear: (message: RadioMessage) => void,
  ) {
    this.open();
  }

  ask(): void {
    this.asked = Math.random();
    this.say({ asks: this.asked });
  }

  open(): void {
    this.channel ??= new BroadcastChannel(`alongside:${this.name}`);
    this.channel.onmessage = (event) => this.hear(event.data as RadioMessage);
  }

  close(): void {
    this.channel?.close();
    this.channel = null;
  }

  say(message: RadioMessage): void {
    this.channel?.postMessage(message);
  }
}
