/** The invite link: a page address with `alongside=TOKEN` in its fragment. */

const URL_MOST = 2000;
const PART = /(^|&)alongside=([\w-]+)/;

export function tokenIn(fragment: string): string | null {
  return PART.exec(fragment.replace(/^#/, ""))?.[2] ?? null;
}

/** The address without the token: it belongs neither into the history nor into a new request. */
export function withoutToken(address: string): string {
  const url = new URL(address);
  url.hash = url.hash.replace(/^#/, "").replace(PART, "");
  return url.hash ? url.href : url.href.replace(/#$/, "");
}

export function isSamePage(a: string, b: string): boolean {
  return a.split("#")[0] === b.split("#")[0];
}

/** The token of this page's address, which loses it. */
export function takeToken(): string | null {
  const token = tokenIn(location.hash);
  if (token) history.replaceState(history.state, "", withoutToken(location.href));
  return token;
}

/** Where the visitor is, for a request: without the token, and without the query where it is too long. */
export function pageAddress(): string {
  const address = withoutToken(location.href);
  return address.length <= URL_MOST ? address : (location.origin + location.pathname).slice(0, URL_MOST);
}
