/**
 * Takes the session along to another origin of the tenant, where nothing of this one's storage is: a link that the
 * visitor follows carries a ticket in its fragment, which the loader there redeems once (docs/security.md).
 */

import type { CaptureHost } from "../protocol/seam";

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
    if (link.origin === location.origin || !handOver?.isNamed(link.origin)) return;
    this.lend(link, handOver.ticket("mac"));
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
