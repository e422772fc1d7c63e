/** Says what could not be loaded, where it is missing, and offers to try again at once (templates/recordings/_fault.html). */

import { find } from "../console/dom";

export class Fault {
  private readonly words: HTMLElement;

  constructor(
    private readonly place: HTMLElement,
    again: () => void,
  ) {
    this.words = find("span", place);
    find("button", place).addEventListener("click", () => again());
  }

  /** What is said already is not said again. */
  show(text: string): void {
    if (this.words.textContent !== text) this.words.textContent = text;
    this.place.hidden = false;
  }

  hide(): void {
    this.place.hidden = true;
    this.words.textContent = "";
  }
}
