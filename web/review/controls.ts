/** The bar under the pictures: play, speed, steps, the time, and what can be done with the moment. */

import { find } from "../console/dom";
import { clock, word } from "../console/words";
import { addressAt } from "./address";
import { RATES } from "./transport";

export interface ControlHandlers {
  toggle(): void;
  rate(rate: number): void;
  mark(step: 1 | -1): void;
  inspect(): void;
  fullscreen(): void;
  help(): void;
  now(): number;
}

export class Controls {
  private readonly play: HTMLButtonElement;
  private readonly time: HTMLElement;
  private readonly rates: HTMLSelectElement;
  private readonly said: HTMLElement;

  constructor(
    private readonly main: HTMLElement,
    private readonly handlers: ControlHandlers,
  ) {
    this.play = find("[data-play]", main);
    this.time = find("[data-time]", main);
    this.rates = find("[data-rate]", main);
    this.said = find("[data-said]", main);
    for (const rate of RATES) this.rates.add(new Option(`${rate}×`, String(rate), rate === 1, rate === 1));
    this.wire();
  }

  showTime(atMs: number, durationMs: number): void {
    const text = `${clock(atMs)} / ${clock(durationMs)}`;
    if (this.time.textContent !== text) this.time.textContent = text;
  }

  showState(isPlaying: boolean, rate: number): void {
    this.play.setAttribute("aria-label", word(isPlaying ? "player.pause" : "player.play"));
    this.play.dataset.playing = String(isPlaying);
    this.rates.value = String(rate);
  }

  showInspecting(isOn: boolean): void {
    find("[data-inspect]", this.main).setAttribute("aria-pressed", String(isOn));
  }

  /** For a person, and for their screen reader. */
  say(text: string): void {
    this.said.textContent = text;
  }

  private wire(): void {
    const { handlers } = this;
    const on = (selector: string, act: () => void): void =>
      this.main.querySelector(selector)?.addEventListener("click", act);
    on("[data-play]", () => handlers.toggle());
    on("[data-mark-before]", () => handlers.mark(-1));
    on("[data-mark-next]", () => handlers.mark(1));
    on("[data-inspect]", () => handlers.inspect());
    on("[data-fullscreen]", () => handlers.fullscreen());
    on("[data-help]", () => handlers.help());
    on("[data-copy]", () => void this.copy());
    this.rates.addEventListener("change", () => handlers.rate(Number(this.rates.value)));
  }

  private async copy(): Promise<void> {
    const address = addressAt(this.handlers.now());
    try {
      await navigator.clipboard.writeText(address);
      this.say(word("player.copied"));
    } catch {
      this.say(word("player.copy_failed"));
    }
  }
}
