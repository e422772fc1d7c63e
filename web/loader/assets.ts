/** Assets on their way to the tenant's store: offered in order, uploaded the smallest first, behind everything else. */

import { type AssetLine, type AssetLineOptions, LOST } from "../protocol/asset_line";
import type { SubtreeAnswer } from "../protocol/seam";
import { toBase64 } from "./base64";
import type { Channel } from "./channel";

const OFFER_MOST = 200;
const MOST_BYTES = 8 * 1024 * 1024;
/** One goes up, while the answer for the one before is awaited. */
const AT_ONCE = 2;
const TRIES = 3;
/** The store could not be reached. */
const UNAVAILABLE = "unavailable";
const GZIP_FROM_BYTES = 1024;
const RETRY_MS = 1000;
/** A break that is longer gives the asset up. */
const BREAK_MS = 120_000;
const BREAKS = 5;
/** Operations that wait go first. */
const CALM_BYTES = 16 * 1024;
const CALM_EVERY_MS = 100;
/** What else the server would take for no message, and close the line: a frame of another site says these, too. */
const IS_TYPE = /^[ -~]{0,200}$/;
const COMPRESSIBLE = /^text\/|json|xml|javascript|svg|font\/ttf|font\/otf|sfnt|bmp/;

export type Offered = [sha256: string, sizeBytes: number, contentType: string];

interface Offer {
  assets: Offered[];
  answer(wanted: string[]): void;
  isSaid: boolean;
}

export class AssetUploads {
  private offers: Offer[] = [];
  private asks: ((answer: SubtreeAnswer) => void)[] = [];
  private running = 0;
  private readonly waiting: { size: number; begin(): void }[] = [];
  private line: AssetLine | null = null;
  private isStopped = false;

  constructor(
    private readonly channel: Channel,
    private readonly url: string,
    private readonly token: string,
  ) {}

  useLine(open: (options: AssetLineOptions) => AssetLine): void {
    this.line = open({ url: this.url, token: this.token, calm: () => this.calm() });
  }

  async offer(assets: Offered[]): Promise<string[]> {
    const parts: Promise<string[]>[] = [];
    const sized = assets.filter(([, size]) => Number.isSafeInteger(size));
    for (let at = 0; at < sized.length; at += OFFER_MOST) parts.push(this.offerPart(sized.slice(at, at + OFFER_MOST)));
    return (await Promise.all(parts)).flat();
  }

  /** Answers come in the order of the offers. */
  wanted(assets: string[]): void {
    this.offers.shift()?.answer(assets);
  }

  /** Answered in order, too. Who asks does not wait for a line that is broken. */
  askSubtrees(names: string): Promise<SubtreeAnswer> {
    return new Promise((resolve) => {
      this.asks.push(resolve);
      if (!this.channel.say({ type: "subtree_ask", names })) this.answerNothing();
    });
  }

  answered(answer: SubtreeAnswer): void {
    this.asks.shift()?.(answer);
  }

  private answerNothing(): void {
    for (const answer of this.asks.splice(0)) answer({ known: [], wanted: [] });
  }

  /** The session has ended: nothing goes out any more. */
  stop(): void {
    this.isStopped = true;
    this.line?.close();
    for (const offer of this.offers.splice(0)) offer.answer(offer.assets.map(([sha256]) => sha256));
  }

  /** A new connection knows nothing of what was offered on the last one. */
  offerAgain(): void {
    this.answerNothing();
    for (const offer of this.offers) offer.isSaid = this.say(offer);
  }

  async upload(sha256: string, contentType: string, bytes: Uint8Array): Promise<boolean> {
    if (!bytes.length || bytes.length > MOST_BYTES || !IS_TYPE.test(contentType)) return false;
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
    return this.channel.say({
      type: "asset_offer",
      assets: offer.assets.map(([sha256, size]) => [inBase64Url(sha256), size]),
    });
  }

  private async put(sha256: string, contentType: string, bytes: Uint8Array): Promise<boolean> {
    const isZipped = bytes.length >= GZIP_FROM_BYTES && COMPRESSIBLE.test(contentType);
    const body = isZipped ? await gzip(bytes) : (bytes as Uint8Array<ArrayBuffer>);
    const head = { sha256, content_type: contentType, is_zipped: isZipped };
    for (let tries = 0, breaks = 0; tries < TRIES && breaks < BREAKS; ) {
      await this.channel.opened(BREAK_MS);
      if (this.isStopped || !this.line) return false;
      const refusal = await this.line.send(head, body);
      if (!refusal) return true;
      // What a break of the network took is no fault of the asset.
      if (refusal === LOST) breaks++;
      else if (refusal === UNAVAILABLE) tries++;
      else return false;
      await pause(RETRY_MS * (tries + breaks));
    }
    return false;
  }

  /** While much of the channel's own is on its way, uploads wait; longer than a break may last they don't. */
  private async calm(): Promise<void> {
    const ends = Date.now() + BREAK_MS;
    const isBusy = (): boolean => (this.channel.outbox?.waitingBytes() ?? 0) > CALM_BYTES;
    while (isBusy() && Date.now() < ends && !this.isStopped) await pause(CALM_EVERY_MS);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

/** Without padding. */
function inBase64Url(hex: string): string {
  const bytes = Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  return toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace("=", "");
}
