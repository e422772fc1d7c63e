/** What of a node may be read: default deny for what people enter, also in the nodes that a field is made of. */

import { SECRET_NAME } from "../protocol/secrets";
import { bullets } from "../protocol/text";
import { type NativeNode, textOf } from "./page";

export type Values = Record<string, string>;

/** What a text may say, whether it says a card number, and what is told of each image that is shown. */
export interface Sight {
  hides(text: string): string;
  holdsCard(text: string): boolean;
  shows?(sha256: string): void;
}

/** OPEN may be seen, ENTERED was typed by somebody, SECRET is shown under no rule. */
export enum Cover {
  OPEN = 0,
  ENTERED = 1,
  SECRET = 2,
}

interface Entering {
  input?: boolean;
  allow?: boolean;
}

const INPUT_TAG = /input|field|edit|entry|password|textbox|textarea|search|combo|spin|picker|autocomplete|secure|otp/i;
/** A window named after what is done in it is no field. */
const SURFACE_TAG = /(page|screen|window|dialog|form|panel|group|set|activity|fragment|controller)$/i;
const ENTERED_NAME = /text|value|content|query|string|html|selection|password|pin\b|digits/i;
const LABEL_NAME = /^(hint|placeholder|label)(text)?$|(colou?r|size|align|alignment|style|font|direction|type|scale)$/i;
/** A shorter value is found by chance in other texts. */
const SHORT = 3;

/** What is entered in the node itself, and what that makes of the nodes in it, given what covers the node from around. */
export function coversOf(given: NativeNode, rule: Entering, around: Cover): { own: Cover; inner: Cover } {
  const kept = around === Cover.ENTERED && rule.allow ? Cover.OPEN : around;
  if (!rule.input && !INPUT_TAG.test(given.tag)) return { own: kept, inner: kept };
  const own = Math.max(kept, isSecret(given) ? Cover.SECRET : rule.allow ? Cover.OPEN : Cover.ENTERED) as Cover;
  return { own, inner: !rule.input && SURFACE_TAG.test(given.tag) ? kept : own };
}

function isSecret({ tag, attributes }: NativeNode): boolean {
  const names = ["name", "id", "type"].map((name) => textOf(attributes?.[name])).join(" ");
  return SECRET_NAME.test(names) || /password|secure/i.test(tag);
}

/** What variables stand for: attributes, text and tag, each as it may be seen. */
export function valuesOf(given: NativeNode, isEntered: boolean, cover: Cover, sight: Sight): Values {
  const values: Values = Object.create(null);
  for (const [name, value] of Object.entries(given.attributes ?? {})) values[name] = textOf(value);
  values.text = textOf(given.text);
  const entered = isEntered || cover ? Object.keys(values).filter(holdsEntered) : [];
  const typed = cover ? entered.map((name) => values[name]!).filter((value) => value.length >= SHORT) : [];
  for (const name of Object.keys(values)) {
    const value = values[name]!;
    const isCovered = entered.includes(name)
      ? cover > 0 || sight.holdsCard(value)
      : typed.some((part) => value.includes(part));
    values[name] = isCovered ? covered(value, cover) : sight.hides(value);
  }
  values.tag = textOf(given.tag);
  return values;
}

function holdsEntered(name: string): boolean {
  return ENTERED_NAME.test(name) && !LABEL_NAME.test(name);
}

/** Of a secret not even the white space is kept. */
function covered(value: string, cover: Cover): string {
  return cover === Cover.SECRET ? "•".repeat(value.length) : bullets(value);
}

/** Whether people enter something here. */
export function isField({ tag }: NativeNode, rule: Entering): boolean {
  return rule.input === true || INPUT_TAG.test(tag);
}
