/** Words of the desk's live messages, in the language of the document. */

import { live as english } from "../i18n/en.json";
import { live as chinese } from "../i18n/zh-Hans.json";

export type Word = keyof typeof english;

/** `{name}` in the text is replaced by `values.name`. */
export function chooseWords(language: string): (key: Word, values: Record<string, string>) => string {
  const catalogue: Record<Word, string> = language.startsWith("zh") ? chinese : english;
  return (key, values) => catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
