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

/** The fragment, where a URL names a part of the page itself. */
export function partOf(page: string, url: string): string | null {
  const [address, fragment] = url.split("#");
  return fragment && address === page.split("#")[0] ? `#${fragment}` : null;
}

/** The origin; of what has none, as `blob:`, the scheme, as violations name it. */
export function placeOf(url: string): string {
  return /^https?:/.test(url) ? new URL(url).origin : url.split(":")[0]!;
}
