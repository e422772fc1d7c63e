/** Phone numbers as people write them: E.164, Chinese mobiles and landlines, and the usual national forms. */

const INTERNATIONAL = "\\(?\\+[1-9](?:[ .\\-/()]{0,3}\\d){7,14}|00[1-9](?:[ .\\-/()]{0,3}\\d){9,14}";
const CHINESE_MOBILE =
  "(?:86[ -]?)?1[3-9]\\d(?:\\d{8}|([ .-])\\d{4}\\1\\d{4}|[ -]\\d{3}[ -]\\d{5}|\\d[ -]\\d{4}[ -]\\d{3})";
const SERVICE = "[48]00(?:\\d{7}|[ -]\\d{3}[ -]?\\d{4}|[ -]\\d{4}[ -]?\\d{3}|[ -]\\d{7})";
/** Area code and number, of which the first begins with the trunk digit. */
const NATIONAL = [
  "0[1-9]\\d{8,10}",
  "0[1-9]\\d{1,3} ?[-/ ] ?\\d{6,8}",
  "0[1-9]\\d{1,3}[ ./-]\\d{3,4}[ .-]\\d{3,4}",
  "0[1-9]([ .-])\\d\\d(?:\\2\\d\\d){3}",
  "0[1-9][ -](?!19|20)\\d{4}[ -]?\\d{4}",
].join("|");
const NORTH_AMERICAN = "(?:1[ .-])?[2-9]\\d\\d([ .-])[2-9]\\d\\d\\3\\d{4}";
/** A year in brackets is none. */
const BRACKETED = "\\((?!(?:19|20)\\d\\d\\))\\d{2,5}\\)[ -]?\\d{3,8}(?:[ .-]?\\d{2,4}){0,3}";
const EXTENSION = "(?: ?(?:-|转|ext\\.?|x) ?\\d{1,5})?";
/** Where the number goes on it was no phone number. */
const END = "(?!\\w|[.,:/-]\\d)";
const PHONE = new RegExp(
  `(?:${[INTERNATIONAL, CHINESE_MOBILE, SERVICE, NATIONAL, NORTH_AMERICAN, BRACKETED].join("|")})(?:${EXTENSION}${END}|${END})`,
  "y",
);
const COORDINATE = /^\+\d+\.\d+$/;
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const FEWEST_BRACKETED = 9;
const MOST_BRACKETED = 12;

/** The phone number whose digits begin here. */
export function phoneAt(text: string, start: number): [number, number] | null {
  const from = start - leadLength(text, start);
  if (isInside(text, from)) return null;
  PHONE.lastIndex = from;
  const found = PHONE.exec(text)?.[0];
  return found && isPhone(found) ? [from, from + found.length] : null;
}

/** `+`, `(` or `(+` in front. */
function leadLength(text: string, start: number): number {
  const [before, last] = [text[start - 2], text[start - 1]];
  if (last === "+") return before === "(" ? 2 : 1;
  return last === "(" ? 1 : 0;
}

/** Part of a word or of a longer number. */
export function isInside(text: string, from: number): boolean {
  const last = text[from - 1] ?? " ";
  return /\w/.test(last) || (/[.,:/-]/.test(last) && /\d/.test(text[from - 2] ?? ""));
}

function isPhone(found: string): boolean {
  if (COORDINATE.test(found) || ADDRESS.test(found)) return false;
  const { length } = found.replace(/\D/g, "");
  return found[0] !== "(" || found[1] === "+" || (length >= FEWEST_BRACKETED && length <= MOST_BRACKETED);
}
