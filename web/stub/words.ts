/** The few words of the stub. */

import { stub as english } from "../i18n/en.json";
import { stub as chinese } from "../i18n/zh-Hans.json";

export type Words = typeof english;

export function wordsOf(language: string): Words {
  return language === "zh-Hans" ? chinese : english;
}
