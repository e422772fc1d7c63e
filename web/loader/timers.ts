/** Timers that go with their owner. */

export class Timers {
  private readonly set = new Set<number>();

  after(ms: number, run: () => void): void {
    const timer = window.setTimeout(() => {
      this.set.delete(timer);
      run();
    }, ms);
    this.set.add(timer);
  }

  clear(): void {
    for (const timer of this.set) clearTimeout(timer);
    this.set.clear();
  }
}
