/** Reads what the page shows (style sheets, images, fonts) in the visitor's browser, once, and hands it to the store. */

import { LOST } from "../protocol/asset_line";
import { replaceUrls, type UrlUse } from "../protocol/css";
import type { Operation, Unread } from "../protocol/operations";
import type { CaptureHost } from "../protocol/seam";
import type { Addresses } from "./addresses";
import { fromDataUrl, hash, Refused, TYPES } from "./asset_bytes";
import { inUtf8 } from "./charset";
import { isIdle, learnFaces } from "./faces";
import { withoutOlderFonts } from "./fonts";
import { readBlob } from "./painted";
import { ServerReads } from "./server_reads";
import { learnStates } from "./states";
import { shown, sizeOf } from "./unread_pictures";
import { UploadLine } from "./upload_line";
import { placeOf } from "./urls";

const MAX_ASSETS = 1000;
const MAX_TABLE = 2000;
const AT_ONCE = 6;
const DEFAULT_ASSET_BYTES = 8 * 1024 * 1024;
const DEFAULT_TOTAL_BYTES = 64 * 1024 * 1024;

const UNREADABLE = "";
/** Where another one may read what this browser only shows. */
const NOT_FOR_SCRIPTS = /^(not_readable|policy|type)$/;

type Kind = "css" | "any";
type Read = { url: string; sha256: string; type: string; bytes: Uint8Array };

export class Assets {
  /** What the store has, or that it could not be read, by URL; shared by the documents of this tab. */
  private readonly table: Record<string, string>;
  /** The names that stand for each URL in the tree. */
  private readonly used = new Map<string, Set<string>>();
  private readonly adopted = new Map<string, Element>();
  private readonly waiting = new Map<string, Kind>();
  /** Fonts in which nothing has been shown until now. */
  private readonly idle = new Set<string>();
  private readonly found = new Map<string, string>();
  private readonly failed = new Map<string, Unread>();
  private readonly data = new Map<string, string>();
  private news: { assets: Record<string, string>; unread: Unread[] } = { assets: {}, unread: [] };
  private skipsKnown = false;
  private busy = false;
  /** Pictures that can't be read, and of which the page does not know yet how large they are. */
  private untold = 0;
  private readonly reads: ServerReads;
  private stopped = false;
  private total = 0;
  /** Where one was asked for already, and where the page's policy forbids it: each try would be reported to the tenant. */
  private readonly asked = new Set<string>();
  private readonly refused = new Set<string>();
  private readonly noteRefusal = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent): void => {
    if (effectiveDirective === "connect-src") this.refused.add(placeOf(blockedURI));
  };

  constructor(
    private readonly host: CaptureHost,
    private readonly addresses: Addresses,
    private readonly changed: () => void,
  ) {
    this.reads = new ServerReads(host.assetHosts, addresses);
    host.useAssetLine((options) => (this.reads.line = new UploadLine(options)));
    this.table = JSON.parse(host.load("assets") ?? "{}") as Record<string, string>;
    document.addEventListener("securitypolicyviolation", this.noteRefusal);
  }

  stop(): void {
    this.stopped = true;
    this.waiting.clear();
    document.removeEventListener("securitypolicyviolation", this.noteRefusal);
  }

  /** Whether all that is used has been read, or could not be and this has been told. */
  get settled(): boolean {
    return !this.busy && !this.waiting.size && !this.untold;
  }

  use(url: string, kind: Kind, name = url): void {
    const names = this.used.get(url) ?? new Set();
    if (names.has(name) || !/^(https?:|blob:|asset:)/.test(url) || this.used.size >= MAX_ASSETS) return;
    this.used.set(url, names.add(name));
    if (isIdle(url)) this.idle.add(url);
    else this.want(url, kind);
  }

  /** A font may be needed by now. */
  look(): void {
    for (const url of this.idle) if (!isIdle(url) && this.idle.delete(url)) this.want(url, "any");
  }

  private want(url: string, kind: Kind): void {
    this.waiting.set(url, kind);
    void this.work();
  }

  /** A long data: URL stands in the tree by its name. */
  keep(name: string, dataUrl: string): void {
    if (this.used.has(`asset:${name}`)) return;
    this.use(`asset:${name}`, "any");
    if (this.used.has(`asset:${name}`)) this.data.set(`asset:${name}`, dataUrl);
  }

  /** Hand over a picture made here; resolves when the store has it. */
  async put(bytes: Uint8Array, type: string): Promise<string | null> {
    const sha256 = await hash(bytes);
    return (await this.store([{ url: "", sha256, type, bytes }])).has(sha256) ? sha256 : null;
  }

  /** What became known since the last call. */
  drain(): Operation[] {
    const { assets, unread } = this.news;
    this.news = { assets: {}, unread: [] };
    const operations: Operation[] = [];
    if (Object.keys(assets).length) operations.push(["assets", Date.now(), assets]);
    if (unread.length) operations.push(["unread", Date.now(), unread]);
    return operations;
  }

  /** A new page knows nothing yet; a page that was left `complete` knows what the table has. */
  enter(complete: boolean): void {
    this.news = {
      assets: complete ? {} : Object.fromEntries(this.found),
      unread: complete ? [] : [...this.failed.values()],
    };
    this.skipsKnown = complete;
  }

  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    while (this.waiting.size && !this.stopped) {
      await idle();
      const batch = this.take();
      const read = await Promise.all(batch.map(([url, kind]) => this.readOne(url, kind)));
      await this.hand(read.filter((item): item is Read => item !== null));
    }
    this.busy = false;
    this.changed();
  }

  private take(): [string, Kind][] {
    const all = [...this.waiting].sort(([, a], [, b]) => (a === b ? 0 : a === "css" ? -1 : 1));
    const places = new Set<string>();
    const batch = all.filter(([url]) => this.isNext(placeOf(url), places)).slice(0, AT_ONCE);
    for (const [url] of batch) this.waiting.delete(url);
    for (const place of places) this.asked.add(place);
    return batch;
  }

  /** Of an origin that was not asked yet one at first. */
  private isNext(place: string, places: Set<string>): boolean {
    if (this.asked.has(place)) return true;
    return places.size < places.add(place).size;
  }

  private async readOne(url: string, kind: Kind): Promise<Read | null> {
    try {
      const { bytes, type } = this.data.has(url) ? fromDataUrl(this.data.get(url)!) : await this.fetch(url, kind);
      this.data.delete(url);
      this.total += bytes.length;
      if (bytes.length > (this.host.limits.asset_bytes ?? DEFAULT_ASSET_BYTES)) throw new Refused("too_large");
      if (this.total > (this.host.limits.session_asset_bytes ?? DEFAULT_TOTAL_BYTES)) throw new Refused("session_full");
      if (kind === "css") this.follow(url, new TextDecoder().decode(bytes));
      return { url, type, bytes, sha256: await hash(bytes) };
    } catch (error) {
      this.fail(url, error instanceof Refused ? error.message : "not_readable");
      return null;
    }
  }

  private async fetch(url: string, kind: Kind): Promise<{ bytes: Uint8Array; type: string }> {
    if (this.refused.has(placeOf(url))) throw new Refused("policy");
    if (url.startsWith("blob:")) return await readBlob(url);
    const response = await fetch(url, { credentials: "same-origin", cache: "force-cache" });
    if (!response.ok) throw new Refused(`status_${response.status}`);
    const given = response.headers.get("content-type")?.split(";")[0]?.trim() ?? "application/octet-stream";
    if (!TYPES.test(given)) throw new Refused("type");
    const bytes = new Uint8Array(await response.arrayBuffer());
    return kind === "css" ? { bytes: inUtf8(bytes, response), type: "text/css" } : { bytes, type: given };
  }

  private follow(base: string, text: string): void {
    const uses: UrlUse[] = [];
    learnStates(text);
    learnFaces(text, base);
    replaceUrls(text, base, (use) => {
      uses.push(use);
      return use.url;
    });
    for (const { url, imports } of withoutOlderFonts(uses))
      if (!url.startsWith("data:")) this.use(url, imports ? "css" : "any");
  }

  private fail(url: string, reason: string): void {
    this.untold++;
    void this.fromServer(url, reason).then((why) => {
      this.untold--;
      if (!why) this.keepTable();
      else if (!this.stopped) this.tellUnread(url, why);
    });
  }

  /** Why it can't be read, or nothing where the server could. */
  private async fromServer(url: string, reason: string): Promise<string> {
    await shown(url);
    const isForServer = NOT_FOR_SCRIPTS.test(reason) && this.reads.mayRead(url, this.used.get(url) ?? []);
    // What this browser could not show either is left as the visitor sees it.
    if (!isForServer || sizeOf(url)[0] === 0) return reason;
    const { sha256, code, style } = await this.reads.read(url);
    if (code || this.stopped) return code === LOST ? reason : code;
    this.follow(url, style);
    this.announce(url, sha256);
    return "";
  }

  private tellUnread(url: string, reason: string): void {
    const isNews = !(this.skipsKnown && this.table[url] === UNREADABLE);
    this.remember(url, UNREADABLE);
    for (const name of this.used.get(url) ?? []) {
      const told = this.addresses.link(name).slice(0, 300);
      const item: Unread = [told, reason, ...sizeOf(url)];
      this.failed.set(told, item);
      if (isNews) this.news.unread.push(item);
    }
    if (isNews) this.changed();
  }

  /** What a frame has handed over under this name, unless it is one of the page's or of another frame's. */
  adopt(name: string, sha256: string, frame: Element): void {
    const owner = this.adopted.get(name) ?? frame;
    if (this.used.has(name) || owner !== frame || this.adopted.size >= MAX_ASSETS) return;
    this.adopted.set(name, frame);
    this.found.set(name, sha256);
    this.news.assets[name] = sha256;
  }

  /** Something that is no asset, and can't be read. */
  miss(what: string, reason: string): void {
    const key = `${reason} ${what}`;
    if (this.failed.has(key)) return;
    this.failed.set(key, [what, reason]);
    this.news.unread.push([what, reason]);
  }

  private async hand(read: Read[]): Promise<void> {
    const stored = await this.store(read);
    for (const { url, sha256 } of read) {
      if (stored.has(sha256)) this.announce(url, sha256);
      else this.fail(url, "not_stored");
    }
    this.keepTable();
  }

  private keepTable(): void {
    if (!this.stopped) this.host.save("assets", JSON.stringify(this.table));
    this.changed();
  }

  private announce(url: string, sha256: string): void {
    const isNews = !(this.skipsKnown && this.table[url] === sha256);
    this.remember(url, sha256);
    for (const name of this.used.get(url) ?? []) {
      this.found.set(name, sha256);
      if (isNews) this.news.assets[name] = sha256;
    }
  }

  private remember(url: string, sha256: string): void {
    if (url && /^https?:/.test(url) && Object.keys(this.table).length < MAX_TABLE) this.table[url] = sha256;
  }

  private async store(read: Read[]): Promise<Set<string>> {
    const known = new Set(Object.values(this.table));
    const stored = new Set(read.filter(({ sha256 }) => known.has(sha256)).map(({ sha256 }) => sha256));
    const fresh = new Map(read.filter(({ sha256 }) => !stored.has(sha256)).map((item) => [item.sha256, item]));
    if (!fresh.size) return stored;
    const wanted = new Set(
      await this.host.offerAssets([...fresh.values()].map(({ sha256, bytes, type }) => [sha256, bytes.length, type])),
    );
    for (const sha256 of fresh.keys()) if (!wanted.has(sha256)) stored.add(sha256);
    const uploads = [...wanted].map(async (sha256) => {
      const item = fresh.get(sha256);
      if (item && (await this.host.uploadAsset(sha256, item.type, item.bytes))) stored.add(sha256);
    });
    await Promise.allSettled(uploads);
    return stored;
  }
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: 200 });
    else setTimeout(resolve, 20);
  });
}
