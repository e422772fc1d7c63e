/** Media queries that ask for the machine of whoever looks: they are answered with the visitor's. */

import type { Media } from "../protocol/operations";

/** What most machines say; the visitor's side tells where its own differs. */
const USUAL: Media = {
  "prefers-color-scheme": "light",
  "prefers-reduced-motion": "no-preference",
  "prefers-contrast": "no-preference",
  "forced-colors": "none",
  hover: "hover",
  "any-hover": "hover",
  pointer: "fine",
  "any-pointer": "fine",
  "display-mode": "browser",
  scripting: "enabled",
};
const FEATURE = new RegExp(`\\(\\s*(${Object.keys(USUAL).join("|")})\\s*(?::\\s*([\\w-]+)\\s*)?\\)`, "gi");
const RESOLUTION =
  /\(\s*(?:(min-|max-)?resolution|-webkit-(min-|max-)?device-pixel-ratio)\s*(:|[<>]=?|=)\s*([\d.]+)(dppx|dpi|dpcm|x)?\s*\)/gi;
const TYPE = /(^|,\s*)((?:only|not)\s+)?(screen|print|speech)\b/gi;
/** In a value, and not at the head of a rule. */
const IN_VALUE = /(?<![@\w-])media\(((?:[^()]|\([^()]*\))*)\)/gi;
const TRUE = "(min-width: 0px)";
const FALSE = "(min-width: 99999999px)";
const DPPX: Record<string, number> = { dpi: 1 / 96, dpcm: 2.54 / 96 };

export class VisitorMedia {
  private told: Media = {};
  private ratio = 1;

  /** Whether anything is different now. */
  set(told: Media, ratio: number): boolean {
    const isSame = JSON.stringify([told, ratio]) === JSON.stringify([this.told, this.ratio]);
    [this.told, this.ratio] = [told, ratio];
    return !isSame;
  }

  get scheme(): string {
    return this.value("prefers-color-scheme");
  }

  /** Of the colour schemes that a page is made for, the one that the visitor sees. */
  schemeOf(schemes: string): string {
    const names = schemes.split(/\s+/).filter((name) => /^(light|dark)$/.test(name));
    return names.length < 2 ? schemes : names.includes(this.scheme) ? this.scheme : names[0]!;
  }

  /** A list of media queries that is true here where the given one is true at the visitor. */
  answer(query: string): string {
    const answered = query
      .replace(FEATURE, (_, feature: string, asked?: string) => (this.has(feature.toLowerCase(), asked) ? TRUE : FALSE))
      .replace(RESOLUTION, (_, ...found: string[]) => (this.resolves(found) ? TRUE : FALSE));
    if (!this.told.type) return answered;
    return answered.replace(TYPE, (_, lead: string, sign = "", type: string) => {
      return `${lead}${sign}${type.toLowerCase() === this.told.type ? "all" : "speech"}`;
    });
  }

  /** Style text whose values ask for media by themselves. */
  answerValues(text: string): string {
    if (!/\bif\(/i.test(text)) return text;
    return text.replace(IN_VALUE, (_, asked: string) => {
      const query = /^[\w-]+\s*[:<>=]/.test(asked.trim()) ? `(${asked})` : asked;
      return `media(${this.answer(query)})`;
    });
  }

  private value(feature: string): string {
    return this.told[feature] ?? USUAL[feature]!;
  }

  private has(feature: string, asked?: string): boolean {
    const values = this.value(feature).split(" ");
    return asked ? values.includes(asked.toLowerCase()) : !/^(none|no-preference)$/.test(values.join());
  }

  private resolves([min, other, sign, number, unit = "dppx"]: string[]): boolean {
    const asked = Number(number) * (DPPX[unit.toLowerCase()] ?? 1);
    const bound = (min ?? other ?? "").toLowerCase();
    if (bound === "min-" || sign === ">=") return this.ratio >= asked;
    if (bound === "max-" || sign === "<=") return this.ratio <= asked;
    if (sign === ">") return this.ratio > asked;
    return sign === "<" ? this.ratio < asked : Math.abs(this.ratio - asked) < 1e-3;
  }
}
