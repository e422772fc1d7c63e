/** Words of the visitor's side, in the language that the stub has found. */

import { loader as ownEnglish, stub as stubEnglish } from "../i18n/en.json";
import { loader as ownChinese, stub as stubChinese } from "../i18n/zh-Hans.json";
import type { Watching } from "../protocol/wire";

const english = { ...stubEnglish, ...ownEnglish };
const chinese = { ...stubChinese, ...ownChinese };

export type Word = keyof typeof english;

let catalogue: Record<Word, string> = english;

export function useLanguage(language: string): void {
  catalogue = language === "zh-Hans" ? chinese : english;
}

export function usedLanguage(): string {
  return catalogue === chinese ? "zh-Hans" : "en";
}

/** `{name}` in the text is replaced by `values.name`. */
export function word(key: Word, values: Record<string, string | number> = {}): string {
  return catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export function endedWords(reason: string): string {
  const key = `ended.${reason}`;
  return word(key in catalogue ? (key as Word) : "ended.other");
}

/** Whose session it is, how many watch, and who: also those who only listen in. */
export function watchersWords(now: Watching | null): string {
  if (!now) return "";
  const names = (now.names as string[]).map((name) => {
    const known = name || word("live.agent");
    return now.listeners.includes(name) ? word("live.listens", { name: known }) : known;
  });
  const key = now.count === 0 ? "live.watchers.0" : now.count === 1 ? "live.watchers.1" : "live.watchers.n";
  const helps = now.agent ? `${word("live.helps", { agent: now.agent })} ` : "";
  return helps + word(key, { count: now.count, names: names.join(", ") });
}
