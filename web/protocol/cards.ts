/** Card numbers, wherever they stand: one way to find them for whoever hides them. */

export type Run = [start: number, end: number];

/** Digits and nothing else. */
const GROUP = /\d+/g;
/** Digits as people group them themselves, with nothing else of the kind around. */
const OWN_WAY = /\d(?:[ -]?\d){11,18}/g;
/** Lengths of the groups of a card number, in base 36: as one run, by fours, 4-6-5, 6-13, 8-8 or digit by digit. */
const SHAPE = /^(?:[c-j]|4{2,4}[1-6]|46[45]|6[6-d]|88|1{12,19})$/;
/** What can still become one of them. */
const SHAPE_BEGINS = /^(?:[c-j]|4{1,4}[1-6]?|46[45]?|6[6-d]?|88?|1{1,19})$/;
const ISSUER = /^(?:[3-69]|2[2-7]|81|1\d{14}$)/;
const MOST_DIGITS = 19;

export function digitGroups(text: string): Run[] {
  return Array.from(text.matchAll(GROUP), ({ index, 0: { length } }): Run => [index, index + length]);
}

/** Whether there is one, as cards are printed or in groups of any length. */
export function holdsCardNumber(text: string): boolean {
  const isOwnWay = (text.match(OWN_WAY) ?? []).some((run) => passesLuhn(run.replace(/\D/g, "")));
  const groups = isOwnWay ? [] : digitGroups(text);
  return isOwnWay || groups.some((_, at) => cardAt(text, groups, at) !== null);
}

/** The longest card number that begins with this group, as cards are printed. */
export function cardAt(text: string, groups: Run[], first: number): Run | null {
  const [start] = groups[first]!;
  if (/[.,]/.test(text[start - 1] ?? "") && /\d/.test(text[start - 2] ?? "")) return null;
  const between = text[groups[first]![1]] ?? "";
  let [digits, shape, best] = ["", "", null as Run | null];
  for (let at = first; at < groups.length && digits.length < MOST_DIGITS; at++) {
    const [from, to] = groups[at]!;
    if (at > first && (from !== groups[at - 1]![1] + 1 || text[from - 1] !== between || !/[ .-]/.test(between))) break;
    if (to - from > MOST_DIGITS) break;
    digits += text.slice(from, to);
    shape += (to - from).toString(36);
    if (!SHAPE_BEGINS.test(shape)) break;
    if (isCard(digits, shape)) best = [start, to];
  }
  return best;
}

function isCard(digits: string, shape: string): boolean {
  const isLong = digits.length >= 12 && digits.length <= MOST_DIGITS;
  return isLong && SHAPE.test(shape) && ISSUER.test(digits) && passesLuhn(digits);
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}
