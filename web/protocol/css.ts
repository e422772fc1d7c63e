/** URLs inside style text: made absolute, or handed over one by one. */

/** A string or url() token of CSS; comments are matched first so that nothing inside them counts. */
const TOKENS =
  /\/\*[\s\S]*?\*\/|(@import\s+)?url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s][^)]*?))\s*\)|(@import\s+)(?:"([^"]*)"|'([^']*)')/gi;

export type UrlUse = { url: string; imports: boolean };

/** Replace every URL of a style text by what `change` returns for its absolute form. */
export function replaceUrls(text: string, base: string, change: (use: UrlUse) => string): string {
  if (!/url\(|@import/i.test(text)) return text;
  return text.replace(TOKENS, (whole: string, ...found: (string | undefined)[]) => {
    const [importsUrl, double, single, bare, imports, importDouble, importSingle] = found;
    const given = double ?? single ?? bare ?? importDouble ?? importSingle;
    if (given === undefined || given.startsWith("#")) return whole;
    const lead = importsUrl ?? imports ?? "";
    return `${lead}url("${change({ url: absolute(given, base), imports: lead !== "" })}")`;
  });
}

export function absoluteCss(text: string, base: string, change: (url: string) => string): string {
  return replaceUrls(text, base, ({ url }) => change(url));
}

export function absoluteSrcset(value: string, base: string, change: (url: string) => string): string {
  return value
    .split(/,\s+|,(?=https?:)/)
    .map((candidate) => {
      const [url, ...descriptor] = candidate.trim().split(/\s+/);
      return url ? [change(absolute(url, base)), ...descriptor].join(" ") : "";
    })
    .filter(Boolean)
    .join(", ");
}

function absolute(value: string, base: string): string {
  try {
    return new URL(value, base).href;
  } catch {
    return value;
  }
}
