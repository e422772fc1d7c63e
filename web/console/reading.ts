/** What a page shows of the server's state: read again after each event, and after a reading that failed. */

const RETRY_MS = 2000;
const READ_MS = 10_000;

export class Reading {
  private isReading = false;
  private isDue = false;
  private timer = 0;

  constructor(
    private readonly url: string,
    private readonly show: (text: string) => void,
  ) {}

  /** One reading at a time; what happens meanwhile leads to one more. */
  async again(): Promise<void> {
    this.isDue = true;
    if (this.isReading) return;
    this.isReading = true;
    clearTimeout(this.timer);
    try {
      while (this.isDue) {
        this.isDue = false;
        const text = await this.read().catch(() => this.retry());
        if (typeof text === "string") this.show(text);
      }
    } finally {
      this.isReading = false;
    }
  }

  private retry(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.again(), RETRY_MS * (0.75 + Math.random() / 2));
  }

  /** Null for who is not signed in any more, whom another reading would not help; the next page that is loaded says so. */
  private async read(): Promise<string | null> {
    const answer = await fetch(this.url, { redirect: "manual", signal: AbortSignal.timeout(READ_MS) });
    if (answer.status >= 500) throw new Error(`${this.url}: ${answer.status}`);
    return answer.ok ? answer.text() : null;
  }
}
