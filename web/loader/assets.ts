/** Assets on their way to the tenant's store: offered in order, uploaded two at a time, the smallest first, behind everything else. */

import type { Channel } from "./channel";

const OFFER_MOST = 200;
const AT_ONCE = 2;
const TRIES = 3;
const GZIP_FROM_BYTES = 1024;
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** An upload of the largest asset over a slow line takes so long at most. */
const UPLOAD_MS = 300_000;
/** A break that is longer gives the asset up. */
const BREAK_MS = 120_000;
const BREAKS = 5;
/** Operations that wait go first. */
const CALM_BYTES = 16 * 1024;
const CALM_EVERY_MS = 100;
const COMPRESSIBLE = /^text\/|json|xml|javascript|svg|font\/ttf|font\/otf|sfnt|bmp/;

export type Offered = [sha256: string, sizeBytes: number, contentType: string];

interface Offer {
  assets: Offered[];
  answer(wanted: string[]): void;
  isSaid: boolean;
}

export class AssetUploads {
  private offers: Offer[] = [];
  private running = 0;
  private readonly waiting: { size: number; begin(): void }[] = [];
  private readonly stopping = new AbortController();

  constructor(
    private readonly channel: Channel,
    private readonly base: string,
    private readonly token: string,
  ) {}

  async offer(assets: Offered[]): Promise<string[]> {
    const parts: Promise<string[]>[] = [];
    for (let at = 0; at < assets.length; at += OFFER_MOST)
      parts.push(this.offerPart(assets.slice(at, at + OFFER_MOST)));
    return (await Promise.all(parts)).flat();
  }

  /** Answers come in the order of the offers. */
  wanted(assets: string[]): void {
    this.offers.shift()?.answer(assets);
  }

  /** The session has ended: nothing goes out any more. */
  stop(): void {
    this.stopping.abort();
    for (const offer of this.offers.splice(0)) offer.answer(offer.assets.map(([sha256]) => sha256));
  }

  /** A new connection knows nothing of what was offered on the last one. */
  offerAgain(): void {
    for (const offer of this.offers) offer.isSaid = this.say(offer);
  }

  async upload(sha256: string, contentType: string, bytes: Uint8Array): Promise<boolean> {
    if (this.running >= AT_ONCE) await new Promise<void>((begin) => this.queue(bytes.length, begin));
    this.running++;
    try {
      return await this.put(sha256, contentType, bytes);
    } finally {
      this.running--;
      this.waiting.shift()?.begin();
    }
  }

  private queue(size: number, begin: () => void): void {
    const at = this.waiting.findIndex((other) => other.size > size);
    this.waiting.splice(at < 0 ? this.waiting.length : at, 0, { size, begin });
  }

  private offerPart(assets: Offered[]): Promise<string[]> {
    return new Promise((resolve) => {
      const offer: Offer = { assets, answer: resolve, isSaid: false };
      this.offers.push(offer);
      offer.isSaid = this.say(offer);
    });
  }

  private say(offer: Offer): boolean {
    return this.channel.say({ type: "asset_offer", assets: offer.assets });
  }

  private async put(sha256: string, contentType: string, bytes: Uint8Array): Promise<boolean> {
    const isZipped = bytes.length >= GZIP_FROM_BYTES && COMPRESSIBLE.test(contentType);
    const body = isZipped ? await gzip(bytes) : (bytes as Uint8Array<ArrayBuffer>);
    const headers: Record<string, string> = { Authorization: `Bearer ${this.token}`, "Content-Type": contentType };
    if (isZipped) headers["Content-Encoding"] = "gzip";
    for (let tries = 0, breaks = 0; tries < TRIES && breaks < BREAKS; ) {
      await this.calm();
      if (this.stopping.signal.aborted) return false;
      const init = { method: "PUT", credentials: "omit", priority: "low", headers, body } as RequestInit;
      const response = await this.fetch(`${this.base}/${sha256}/`, init);
      if (response?.ok) return true;
      if (response && response.status !== 429 && response.status < 500) return false;
      // What a break of the network took is no fault of the asset.
      if (response) tries++;
      else breaks++;
      const asked = Number(response?.headers.get("Retry-After")) * 1000;
      await pause(Math.min(LONGEST_RETRY_MS, asked || RETRY_MS * (tries + breaks)));
    }
    return false;
  }

  private async fetch(url: string, init: RequestInit): Promise<Response | null> {
    const timer = window.setTimeout(() => limit.abort(), UPLOAD_MS);
    const limit = new AbortController();
    const stop = (): void => limit.abort();
    this.stopping.signal.addEventListener("abort", stop);
    try {
      return await fetch(url, { ...init, signal: limit.signal });
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
      this.stopping.signal.removeEventListener("abort", stop);
    }
  }

  /** While the channel is away or busy, uploads wait; longer than a break may last they don't. */
  private async calm(): Promise<void> {
    const ends = Date.now() + BREAK_MS;
    await Promise.race([this.channel.opened(), pause(BREAK_MS)]);
    while (this.channel.backlogBytes() > CALM_BYTES && Date.now() < ends && !this.stopping.signal.aborted)
      await pause(CALM_EVERY_MS);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}
