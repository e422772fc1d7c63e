/**
 * The invite link: a page address with `alongside=TOKEN` in its fragment; and the link that takes a session along from
 * another origin of the tenant, with `alongside-session=TICKET`.
 */

import { holdsCardNumber } from "../protocol/cards";
import { decoded, isSecretName } from "../protocol/secrets";
import type { Tokens } from "../protocol/stub";

const URL_MOST = 2000;
const PARAMETER = /([?&#/;]([^?&#/;=]+)=)([^&#]+)/g;
const PART = /(^|&)alongside(-session)?=([\w-]+)/;

export function tokenIn(fragment: string, kind?: "-session"): string | null {
  const found = PART.exec(fragment.replace(/^#/, ""));
  return found && found[2] === kind ? found[3]! : null;
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

/** Of this page's address, which loses them. */
export function takeTokens(): Tokens {
  const { hash } = location;
  if (PART.test(hash.slice(1))) history.replaceState(history.state, "", withoutToken(location.href));
  return { token: tokenIn(hash), ticket: tokenIn(hash, "-session") };
}

/** Passwords, cards and tokens are emptied, not shown by bullets, so that the link to the page is still one. */
export function withoutSecrets(address: string): string {
  return address.replace(PARAMETER, (whole, lead: string, name: string, value: string) => {
    const inner = `?${decoded(value)}`;
    const isSecret = isSecretName(decoded(name)) || holdsCardNumber(inner) || withoutSecrets(inner) !== inner;
    return isSecret ? lead : whole;
  });
}

/** Where the visitor is, for a request: without the token and what is secret by its name; cut where it is too long. */
export function pageAddress(href = location.href): string {
  const address = withoutSecrets(withoutToken(href));
  return address.length <= URL_MOST ? address : href.replace(/[?#].*/s, "").slice(0, URL_MOST);
}
