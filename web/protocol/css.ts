/** URLs inside style text: made absolute, or handed over one by one. */

/** With its quotes, of which the second may be missing: it ends with its line. */
export const STRING = `"(?:[^"\\\\\\n]|\\\\(?:\\r?[^]|$))*"?|'(?:[^'\\\\\\n]|\\\\(?:\\r?[^]|$))*'?`;
/**
 * A url() token or an import of CSS; comments and other strings are matched so that nothing inside them counts. What is
 * not closed goes on to the end, as for a browser: so nothing is looked at twice.
 */
const TOKENS = new RegExp(
  `/\\*[^]*?(?:\\*/|$)|@namespace[^;]*|(@import\\s+)?url\\(\\s*(?:(${STRING})\\s*|([^"')\\s](?:[^)\\\\]|\\\\(?:[^]|$))*))(?:\\)|$)|(@import\\s+)?(${STRING})`,
  "gi",
);
/** An escaped code point, line break or character (CSS Syntax 3, 4.3.7). */
const ESCAPES = /\\(?:([0-9a-f]{1,6})\s?|(\r\n|[\n\r\f])|([\s\S]))/gi;

/** Of a set of pictures, which may be named by strings alone. */
const SETS = /image-set\((?:[^()"']|"[^"]*"|'[^']*'|\([^()]*\))*\)/gi;

function withUrls(set: string): string {
  return set.replace(/(url|type)?\(\s*["'][^"']*["']\s*\)|["'][^"']*["']/gi, (found, name?: string) =>
    name || found.startsWith("(") ? found : `url(${found})`,
  );
}

export type UrlUse = { url: string; imports: boolean };

/** Replace every URL of a style text by what `change` returns for its absolute form. */
export function replaceUrls(text: string, base: string, change: (use: UrlUse) => string): string {
  if (!/url\(|@import|image-set\(/i.test(text)) return text;
  return text.replace(SETS, withUrls).replace(TOKENS, (whole: string, ...found: (string | undefined)[]) => {
    const [importsUrl, quoted, bare, imports, imported] = found;
    const given = (quoted ?? (imports && imported))?.replace(/^["']|["']$/g, "") ?? bare?.trimEnd();
    if (given === undefined || given.startsWith("#")) return whole;
    const lead = importsUrl ?? imports ?? "";
    const url = absolute(unescaped(given), base);
    const [page, fragment] = url.split("#");
    if (fragment && page === base.split("#")[0]) return `url("#${escaped(fragment)}")`; // a part of the page itself
    return `${lead}url("${escaped(change({ url, imports: lead !== "" }))}")`;
  });
}

export function unescaped(text: string): string {
  return text.replace(ESCAPES, (_, code?: string, lineBreak?: string, letter?: string) => {
    const point = code ? Number.parseInt(code, 16) : 0;
    if (code) return point && point < 0x110000 ? String.fromCodePoint(point) : "\uFFFD";
    return lineBreak ? "" : letter!;
  });
}

/** As it can stand between double quotes. */
function escaped(url: string): string {
  return url.replace(/["\\\n\r\f]/g, (letter) => `\\${letter.charCodeAt(0).toString(16)} `);
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
