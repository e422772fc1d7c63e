/** Of a font that a style sheet names in several formats, one is read. */

import type { UrlUse } from "../protocol/css";

const WOFF2 = /\.woff2(?=$|[?#])/;
/** Formats of a font that no browser takes when the same font is there as woff2. */
const OLDER = /\.(woff|ttf|otf|eot|svg)(?=$|[?#])/;

export function withoutOlderFonts(uses: UrlUse[]): UrlUse[] {
  const urls = uses.map(({ url }) => url).filter((url) => WOFF2.test(url));
  const best = new Set(urls.map(stem));
  return uses.filter(({ url }) => !(OLDER.test(url) && best.has(stem(url))));
}

function stem(url: string): string {
  return url.replace(/\.\w+([?#].*)?$/, "");
}
