/**
 * Where in a text personal data stands: card numbers, phone numbers, identity numbers, e-mail addresses. Everything runs
 * in linear time: a pattern is bounded in length and tried only where a group of digits begins; a text with too many of
 * them is hidden unread.
 */

import { cardAt, digitGroups, holdsCardNumber, type Run } from "../protocol/cards";
import { identityAt } from "./identity_numbers";
import { phoneAt } from "./phone_numbers";

export const DATA_TYPES = ["card", "phone", "identity", "email"] as const;
export type DataType = (typeof DATA_TYPES)[number];

/** Attributes that are named after what they hold. */
const NAMES: [DataType, RegExp][] = [
  ["card", /cardn|\b(card|pan)\b/],
  ["phone", /phone|\b(tel|mobile)\b/],
  ["identity", /passport|\b(ssn|identity)\b/],
];
const FOUR_DIGITS = /(\d\D{0,2}){4}/;
const WORTH_A_LOOK = /[\d０-９@＠]|%40/;
const SIGNS = /[\d０-９]+|[@＠]|%40/g;
/** To look at more of them in one text would hold the page: it is hidden as a whole. */
const MOST_SIGNS = 5000;
const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/;
const DASH = /[\u2010-\u2015\u2212\ufe58\ufe63]/;
const NOT_PLAIN = /[^\x20-\x7e]|\s\s/;
const AT = /@|%40/gi;
const BEFORE_AT = /[\p{L}\p{N}\p{M}._%+'!#$*^`{|}~-]/u;
/** Dots separate the labels; the last one is no number, or `tool@1.2.3` were an address. */
const DOMAIN =
  /(?:[\p{L}\p{N}\p{M}-]{1,63}[.。]){1,20}(?:xn--[a-z\d-]{1,59}|[a-z]{2,63}|(?![a-z])\p{L}[\p{L}\p{M}]{1,63})/iuy;
const PICTURE_NAME = /^\dx\.[a-z]+$/i;
/** Scripts that are written without spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** The text as one way of writing has it, and where each of its characters stands in the one given. */
interface Plain {
  text: string;
  origin(at: number): number;
}

/** Parts of the text that are of these types, in order, none within another. */
export function findPersonal(given: string, types: ReadonlySet<DataType>): Run[] {
  if (!types.size || !WORTH_A_LOOK.test(given)) return [];
  if (isCrowded(given)) return [[0, given.length]];
  const { text, origin } = plain(given);
  const runs: Run[] = types.has("email") ? emails(text) : [];
  if (types.size > 1 || !types.has("email")) runs.push(...numbers(text, types));
  return merged(runs).map(([start, end]) => [origin(start), origin(end - 1) + 1]);
}

/** Each character of the runs but white space becomes a bullet; nothing else moves. */
export function hidden(text: string, runs: Run[]): string {
  let [shown, from] = ["", 0];
  for (const [start, end] of runs) {
    shown += text.slice(from, start) + text.slice(start, end).replace(/\S+/g, ({ length }) => "•".repeat(length));
    from = end;
  }
  return shown + text.slice(from);
}

/** Whether an attribute of this name holds such data by what it is called: a number that is written as none that is known. */
export function isNamedPersonal(name: string, value: string, types: ReadonlySet<DataType>): boolean {
  return FOUR_DIGITS.test(value) && NAMES.some(([type, names]) => types.has(type) && names.test(name));
}

/** Also in full-width digits. */
export function holdsCard(text: string): boolean {
  return WORTH_A_LOOK.test(text) && (isCrowded(text) || holdsCardNumber(plain(text).text));
}

function isCrowded(text: string): boolean {
  const signs = text.matchAll(SIGNS);
  let count = 0;
  while (count <= MOST_SIGNS && !signs.next().done) count++;
  return count > MOST_SIGNS;
}

/** Full-width forms become plain ones, white space one space, and what is not seen is left out. */
function plain(given: string): Plain {
  if (!NOT_PLAIN.test(given)) return { text: given, origin: (at) => at };
  const kept: string[] = [];
  const origins: number[] = [];
  for (let at = 0; at < given.length; at++) {
    const letter = plainLetter(given, at);
    if (!letter || (letter === " " && kept.at(-1) === " ")) continue;
    kept.push(letter);
    origins.push(at);
  }
  return { text: kept.join(""), origin: (at) => origins[at]! };
}

function plainLetter(given: string, at: number): string {
  const code = given.charCodeAt(at);
  const letter = given[at]!;
  if ((code > 0x20 && code < 0x7f) || (code > 0x3000 && code < 0xfe00)) return letter;
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  if (INVISIBLE.test(letter)) return "";
  if (DASH.test(letter)) return "-";
  return /\s/.test(letter) ? " " : letter;
}

/** In order, and none within another. */
export function merged(runs: Run[]): Run[] {
  const all: Run[] = [];
  for (const [start, end] of runs.sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else all.push([start, end]);
  }
  return all;
}

function numbers(text: string, types: ReadonlySet<DataType>): Run[] {
  const groups = digitGroups(text);
  const runs: Run[] = [];
  groups.forEach(([start], at) => {
    const found = [
      types.has("card") ? cardAt(text, groups, at) : null,
      types.has("identity") ? identityAt(text, start) : null,
      types.has("phone") ? phoneAt(text, start) : null,
    ];
    for (const run of found) if (run) runs.push(run);
  });
  return runs;
}

function emails(text: string): Run[] {
  const runs: Run[] = [];
  let free = 0;
  for (const { index, 0: at } of text.matchAll(AT)) {
    const start = localStart(text, index, free);
    DOMAIN.lastIndex = index + at.length;
    const domain = start < index ? DOMAIN.exec(text)?.[0] : undefined;
    free = index + at.length;
    if (domain && !PICTURE_NAME.test(domain)) runs.push([start, free + domain.length]);
  }
  return runs;
}

/** Of words in front that are not set apart by a space, as in 邮箱name@…, the last is the name. */
function localStart(text: string, at: number, free: number): number {
  let start = at;
  const isSpaced = !UNSPACED.test(text[at - 1] ?? "");
  while (start > free && BEFORE_AT.test(text[start - 1]!) && !(isSpaced && UNSPACED.test(text[start - 1]!))) start--;
  return start;
}
