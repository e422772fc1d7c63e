/** Words of the visitor's side: by `data-language` of the script tag, else the page's language, else the browser's. */

import { loader as english } from "../i18n/en.json";
import { loader as chinese } from "../i18n/zh-Hans.json";

export type Word = keyof typeof english;

export function languageOf(script: HTMLElement | null): string {
  const asked = script?.dataset.language || document.documentElement.lang || navigator.language;
  return asked.toLowerCase().startsWith("zh") ? "zh-Hans" : "en";
}

let catalogue: Record<Word, string> = english;

export function useLanguage(language: string): void {
  catalogue = language === "zh-Hans" ? chinese : english;
}

/** `{name}` in the text is replaced by `values.name`. */
export function word(key: Word, values: Record<string, string | number> = {}): string {
  return catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export function endedWords(reason: string): string {
  const key = `ended.${reason}`;
  return word(key in catalogue ? (key as Word) : "ended.other");
}

export function watchersWords(count: number, names: string[]): string {
  const key = count === 0 ? "live.watchers.0" : count === 1 ? "live.watchers.1" : "live.watchers.n";
  return word(key, { count, names: names.join(", ") });
}
