/**
 * A tab that was opened as a copy of another has the same session storage. Only one of them goes on with the request
 * or session; a document that finds a living one of the same kind starts empty.
 */

const ANSWER_MS = 150;

export class Copies {
  private radio: BroadcastChannel | null = null;

  constructor(private readonly name: string) {
    this.listen();
  }

  /** Whether another document answers within 150 ms. */
  isAnotherAlive(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ANSWER_MS);
      this.radio!.addEventListener("message", (event) => {
        if (event.data !== "here") return;
        clearTimeout(timer);
        resolve(true);
      });
      this.radio!.postMessage("who");
    });
  }

  listen(): void {
    if (this.radio) return;
    const radio = new BroadcastChannel(`alongside:${this.name}`);
    radio.addEventListener("message", (event) => event.data === "who" && radio.postMessage("here"));
    this.radio = radio;
  }

  /** An open channel keeps a document out of the back/forward cache. */
  close(): void {
    this.radio?.close();
    this.radio = null;
  }
}
