/** Identity numbers that say by a check character, or by what they can't be, that they are ones. */

import { isInside } from "./phone_numbers";

const SEPARATED_18 = /[1-9](?:[ -]?\d){16}[ -]?[\dXx](?![\dA-Za-z])/y;
const CHINESE_15 = /\d{15}(?![\dA-Za-z])/y;
const PLACE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\\d{4}";
const DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])";
const CHINESE_18 = new RegExp(`^[1-9]\\d{5}(?:18|19|20)\\d\\d${DAY}\\d{3}[\\dX]$`);
const CHINESE_OLD = new RegExp(`^${PLACE}\\d\\d${DAY}\\d{3}$`);
/** No such number has been given out with 000, 666 or a 9 in front, 00 or 0000. */
const SOCIAL_SECURITY = /(?!000|666|9)\d{3}([ -])(?!00)\d\d\1(?!0000)\d{4}(?![\dA-Za-z]|[.,:/-]\d)/y;
const HONG_KONG = /[A-Z]{1,2}\d{6}(?:\([\dA]\)|[\dA])(?![\dA-Z])/iy;
const TAIWAN = /[A-Z][1289]\d{8}(?![\dA-Z])/iy;
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/** Values of A to Z in a Taiwanese number. */
const PLACES = "ABCDEFGHJKLMNPQRSTUVXYWZIO";

/** The identity number whose digits begin here, with the letters in front of them. */
export function identityAt(text: string, start: number): [number, number] | null {
  return byDigits(text, start) ?? byLetters(text, start);
}

function byDigits(text: string, start: number): [number, number] | null {
  const chinese = taken(SEPARATED_18, text, start);
  if (chinese && isChinese(chinese)) return [start, start + chinese.length];
  const old = taken(CHINESE_15, text, start);
  if (old && CHINESE_OLD.test(old)) return [start, start + old.length];
  if (isInside(text, start)) return null;
  const social = taken(SOCIAL_SECURITY, text, start);
  return social ? [start, start + social.length] : null;
}

function byLetters(text: string, start: number): [number, number] | null {
  for (const letters of [1, 2]) {
    const from = start - letters;
    if (!/^[A-Z]+$/i.test(text.slice(Math.max(from, 0), start)) || from < 0) return null;
    if (/\w/.test(text[from - 1] ?? " ")) continue;
    const hongKong = taken(HONG_KONG, text, from);
    if (hongKong && isHongKong(hongKong)) return [from, from + hongKong.length];
    const taiwan = letters === 1 ? taken(TAIWAN, text, from) : null;
    if (taiwan && isTaiwan(taiwan)) return [from, from + taiwan.length];
  }
  return null;
}

function taken(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** ISO 7064 MOD 11-2. */
function isChinese(found: string): boolean {
  const number = found.replace(/[ -]/g, "").toUpperCase();
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
  return CHINESE_18.test(number) && "10X98765432"[sum % 11] === number[17];
}

function isHongKong(found: string): boolean {
  const number = found.replace(/[()]/g, "").toUpperCase().padStart(9, " ");
  const values = Array.from(number, (letter) => (letter === " " ? 36 : Number.parseInt(letter, 36)));
  return values.reduce((total, value, at) => total + value * (9 - at), 0) % 11 === 0;
}

function isTaiwan(found: string): boolean {
  const place = PLACES.indexOf(found[0]!.toUpperCase()) + 10;
  const values = [Math.floor(place / 10), place % 10, ...Array.from(found.slice(1), Number)];
  const sum = values.reduce((total, value, at) => total + value * [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1][at]!, 0);
  return sum % 10 === 0;
}
