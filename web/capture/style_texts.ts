/** Words in style text: strings, which `content` shows, and what else variables say. */

import { replaceUrls, STRING } from "../protocol/css";
import { bullets } from "../protocol/text";

const COMMENT = "/\\*[\\s\\S]*?\\*/";
const URL_OR_STRING = new RegExp(
  `${COMMENT}|(?:url\\(|@(?:import|charset|namespace))\\s*(?:${STRING})?|${STRING}`,
  "gi",
);
/** Of selectors and other properties nothing. */
const SAYS = new RegExp(
  `((?:^|[;{\\s/])(?:--[^\\s:;{}/]+|content|quotes)\\s*:)((?:${STRING}|\\\\[\\s\\S]|\\([^()]*\\)|\\{[^{}]*\\}|[^;{}"'\\\\(]+|\\()*)`,
  "gi",
);
const SEGMENTS = new RegExp(`${COMMENT}|url\\(\\s*(?:${STRING}|[^)"']*)|${STRING}|(?:(?!url\\(|/\\*)[^"'])+`, "gi");
const WORD = /[^\s(),/:*]+\(?/g;
/** What opens a function, names a variable or joins others. */
const JOINS = /\($|^--|^!important$|^[^\w\\\x80-\uffff]+$/;
/** Together they take the numbers, sizes, times and keywords of most. */
const LAYS_OUT =
  "color margin scale rotate transition-duration transition-timing-function display align-items border-style";

/** Of a length that a script has set, a style attribute says six digits: rows of long lists would overlap. */
export function withLengths(text: string, element: any): string {
  const tell = (value: any): void => {
    for (const key in value) if (typeof value[key] === "object") tell(value[key]);
    if (value?.unit === "px") text = text.replace(value, `${value.value}px`);
  };
  if (/\d{6}|e\+/.test(text)) tell([...new Map(element.attributeStyleMap)]);
  return text;
}

/** The text with each string, without its quotes, as `change` gives it; addresses stay. */
export function withStrings(text: string, change: (string: string) => string): string {
  return text.replace(URL_OR_STRING, (found) => {
    const quote = found[0];
    return quote === '"' || quote === "'" ? quote + change(found.slice(1, -1)) + quote : found;
  });
}

/** The text with what it says as `change` gives it: strings of `content`, `quotes` and variables, what else these have. */
export function withSaid(text: string, change: (said: string, isString: boolean) => string): string {
  const changed = (found: string, isVariable: boolean): string => {
    if (/^(url\(|\/\*)/i.test(found)) return found;
    const quote = /["']/.exec(found)?.[0];
    if (quote) return quote + change(found.slice(1, -1), true) + quote;
    const said = isVariable ? found.trim() : "";
    return found.replace(said, () => said && change(said, false));
  };
  return text.replace(SAYS, (_, name: string, value: string) => {
    const isVariable = name.includes("--");
    return name + value.replace(SEGMENTS, (found) => changed(found, isVariable));
  });
}

/**
 * With nothing that is said in it, or loaded but style sheets: of what is no string, numbers and keywords stay, by
 * which things are laid out.
 */
export function withoutContent(text: string, base: string): string {
  const shown = replaceUrls(text, base, ({ url, imports }) => (imports ? url : "data:,"));
  return withSaid(shown, (said, isString) => (isString ? bullets(said) : said.replace(WORD, hiddenWord)));
}

function hiddenWord(word: string): string {
  const isKept = JOINS.test(word) || LAYS_OUT.split(" ").some((property) => CSS.supports(property, word));
  return isKept ? word : bullets(word);
}
