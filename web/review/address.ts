/** The time in the address of the page, `?t=` in ms: a link leads to the moment. */

const EVERY_MS = 500;

export function timeOfAddress(): number {
  const value = Number(new URL(location.href).searchParams.get("t"));
  return Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;
}

export function addressAt(atMs: number): string {
  const url = new URL(location.href);
  url.searchParams.set("t", String(Math.round(atMs)));
  return url.href;
}

/** Browsers allow few changes a second, so the last of many counts. */
export class Address {
  private timer = 0;
  private atMs = 0;

  keep(atMs: number): void {
    this.atMs = atMs;
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      history.replaceState(history.state, "", addressAt(this.atMs));
    }, EVERY_MS);
  }
}
