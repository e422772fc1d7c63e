/** Parts of addresses. */

export function absolute(value: string, base: string): string {
  try {
    return new URL(value, base).href;
  } catch {
    return value;
  }
}

export function origin(value: string, base: string): string | null {
  try {
    return new URL(value, base).origin;
  } catch {
    return null;
  }
}

/** Of what has been loaded: an application that goes to another address loads none of it anew. */
const bases = new WeakMap<Element, Map<string, string>>();
const MOST_VALUES = 50;

/** What the addresses in a value of the element counted from when it was read first. */
export function baseOf(element: Element, value: string): string {
  const known = bases.get(element) ?? new Map<string, string>();
  const base = known.get(value) ?? element.baseURI;
  if (known.size > MOST_VALUES) known.clear();
  bases.set(element, known.set(value, base));
  return base;
}

export function baseOfStyles(element: Element, text: string): string {
  return /url\(|@import/i.test(text) ? baseOf(element, text) : element.baseURI;
}

/** The fragment, where a URL names a part of the page itself. */
export function partOf(page: string, url: string): string | null {
  const [address, fragment] = url.split("#");
  return fragment && address === page.split("#")[0] ? `#${fragment}` : null;
}

/** The origin; of what has none, as `blob:`, the scheme, as violations name it. */
export function placeOf(url: string): string {
  return /^https?:/.test(url) ? new URL(url).origin : url.split(":")[0]!;
}
