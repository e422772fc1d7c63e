/** When this document is left or put to sleep, and when it is back. */

export class Lifecycle {
  private isAway = false;
  private isAsleep = false;
  private readonly leave = (): void => this.away();

  constructor(
    private readonly left: (isAsleep: boolean) => void,
    private readonly back: (wasAsleep: boolean) => void,
  ) {
    window.addEventListener("pagehide", this.leave);
    window.addEventListener("pageshow", (event) => event.persisted && this.again());
    document.addEventListener("freeze", () => {
      // A document in the back/forward cache is frozen too, and comes back with pageshow.
      this.isAsleep = !this.isAway;
      this.away();
    });
    document.addEventListener("resume", () => this.isAsleep && this.again());
    // The capture code says on pagehide that its page is left; we save after it.
    window.addEventListener("alongside:capturing", () => {
      window.removeEventListener("pagehide", this.leave);
      window.addEventListener("pagehide", this.leave);
    });
  }

  private away(): void {
    if (!this.isAway) this.left(this.isAsleep);
    this.isAway = true;
  }

  private again(): void {
    const wasAsleep = this.isAsleep;
    this.isAway = this.isAsleep = false;
    this.back(wasAsleep);
  }
}
