/** Words of the desk's own pages, in the language of the document. */

import { desk as english } from "../i18n/en.json";
import { desk as chinese } from "../i18n/zh-Hans.json";

export type Word = keyof typeof english;

const language = document.documentElement.lang;
const catalogue: Record<Word, string> = language.startsWith("zh") ? chinese : english;

/** `{name}` in the text is replaced by `values.name`. */
export function word(key: Word, values: Record<string, string | number> = {}): string {
  return catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The word for a code that came from the server; the code itself where this page doesn't know it. */
export function wordOf(prefix: "state" | "reason" | "operation" | "recording", code: string): string {
  const key = `${prefix}.${code}`;
  return key in catalogue ? catalogue[key as Word] : code;
}

/** Why something could not be read. */
export function unreadWords(reason: string): string {
  const key = `unread.${reason}`;
  if (key in catalogue) return catalogue[key as Word];
  return word("unread.status", { code: reason.replace("status_", "") });
}

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return hours ? [hours, ...parts].join(":") : parts.join(":").replace(/^0(?=\d:)/, "");
}

/** A dash where there is nothing to say. */
export function ms(value: number): string {
  return Number.isNaN(value) ? "–" : `${Math.round(value)} ms`;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function bytes(count: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const format = { style: "unit", unit: UNITS[power], unitDisplay: "narrow", maximumFractionDigits: power ? 1 : 0 };
  return new Intl.NumberFormat(language, format as Intl.NumberFormatOptions).format(count / 1000 ** power);
}
