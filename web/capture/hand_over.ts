/**
 * Takes the session along to another origin of the tenant, where nothing of this one's storage is: a link that the
 * visitor follows carries a ticket in its fragment, which the loader there redeems once (docs/security.md).
 */

import { joined } from "../protocol/bytes";
import type { CaptureHost } from "../protocol/seam";
import { bytesOf, hmac } from "../protocol/sha256";

const LIFE_SECONDS = 60;
const NONCE_BYTES = 16;
const MAC_BYTES = 16;
/** Of two HMAC-SHA256, more than any token has. */
const PAD_BYTES = 64;

export class HandOver {
  private lent: { link: HTMLAnchorElement; own: string } | null = null;

  constructor(
    private readonly host: CaptureHost,
    signal: AbortSignal,
  ) {
    // Behind the page's own listeners: what they prevent leads nowhere.
    for (const click of ["click", "auxclick"])
      window.addEventListener(click, (event) => this.follow(event), { signal });
  }

  /** A link of the page carries a ticket right now: nothing of the page may be read. */
  get isUnderWay(): boolean {
    return this.lent !== null;
  }

  private follow(event: Event): void {
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement && target.href);
    if (event.defaultPrevented || !(link instanceof HTMLAnchorElement) || link.hasAttribute("download")) return;
    const { handOver } = this.host;
    if (link.origin === location.origin || !handOver?.origins.some((pattern) => fits(link.origin, pattern))) return;
    this.lend(link, ticket(handOver));
  }

  /** The browser reads the address when all listeners have run; then the page gets its own back. */
  private lend(link: HTMLAnchorElement, text: string): void {
    this.takeBack(); // a second click comes before the timer of the first
    const own = link.getAttribute("href")!;
    const url = new URL(link.href);
    url.hash += `${url.hash ? "&" : ""}alongside-session=${text}`;
    this.lent = { link, own };
    link.setAttribute("href", url.href);
    setTimeout(() => this.takeBack());
  }

  /** Before anything of the page is read. */
  takeBack(): void {
    this.lent?.link.setAttribute("href", this.lent.own);
    this.lent = null;
  }
}

/** `https://*.example.com`, `http://localhost:*`: as helpdesk/tenants/origins.py reads them. */
export function fits(origin: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const host = escaped.replace("\\/\\/\\*\\.", "\\/\\/(?:[a-z0-9-]+\\.)+");
  return new RegExp(`^${host.replace(/:\\\*$/, "(?::[0-9]{1,5})?")}$`).test(origin);
}

type Given = NonNullable<CaptureHost["handOver"]>;

/**
 * Session, end of life, nonce, the channel token under a pad of the nonce, and the MAC of it all; as base64url. One for a
 * frame proves that there is a session, and gives no way in.
 */
export function ticket({ key, session, token, clockOffsetMs }: Given, use: "mac" | "frame" = "mac"): string {
  const secret = unhexed(key);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const ends = new Uint8Array(4);
  new DataView(ends.buffer).setUint32(0, (Date.now() + clockOffsetMs) / 1000 + LIFE_SECONDS);
  const pad = joined(["1", "2"].map((block) => hmac(secret, joined([bytesOf(block), nonce]))));
  const hidden = bytesOf(token.slice(0, PAD_BYTES)).map((byte, at) => byte ^ pad[at]!);
  const body = joined([unhexed(session.replaceAll("-", "")), ends, nonce, hidden]);
  const mac = hmac(secret, joined([bytesOf(use), body])).subarray(0, MAC_BYTES);
  const text = String.fromCharCode(...joined([body, mac]));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function unhexed(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
