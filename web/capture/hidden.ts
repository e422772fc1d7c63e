/** What of the page the other side does not see, and where it is: told by what was sent, not by the rules once more. */

import { NODE } from "../protocol/operations";
import type { Hidden } from "../protocol/seam";
import { extraOf } from "../protocol/tree";
import type { Masking } from "./masking";
import type { Recorder } from "./recorder";
import { type Field, fieldState, isField } from "./values";

const STEP_NODES = 100;

/** In steps, each short, of which many give nothing (null); the page may change meanwhile. */
export function* hiddenIn(recorder: Recorder, masking: Masking): Generator<Hidden | null> {
  let count = 0;
  for (const node of recorder.known()) {
    if (!recorder.model.has(recorder.idOf(node))) continue;
    if (node.nodeType === NODE.TEXT) yield* hiddenText(node as Text, recorder);
    else if (node.nodeType === NODE.ELEMENT) yield* hiddenElement(node as Element, recorder, masking);
    if (++count % STEP_NODES === 0) yield null;
  }
}

/** Bullets that the page does not have itself; what is only not sent yet has none. */
function hiddenText(node: Text, recorder: Recorder): Hidden[] {
  const sent = recorder.model.node(recorder.idOf(node))[2] as string;
  const element = node.parentElement ?? (node.parentNode as Partial<ShadowRoot> | null)?.host;
  if (!element || !sent.includes("•") || sent === node.data) return [];
  return differences(sent, node.data).map(([start, end]) => ({
    text: sent.slice(start, end),
    element,
    rects: () => (end <= node.length ? rangeOf(node, start, end).getClientRects() : []),
  }));
}

/** White space within is part of it, as it is of a number. */
function differences(sent: string, own: string): [number, number][] {
  if (sent.length !== own.length) return [[0, own.length]];
  const found: [number, number][] = [];
  for (let at = 0; at < own.length; at++) {
    const last = found.at(-1);
    if (sent[at] === own[at]) continue;
    if (last && !own.slice(last[1], at).trim()) last[1] = at + 1;
    else found.push([at, at + 1]);
  }
  return found;
}

function rangeOf(node: Text, start: number, end: number): Range {
  const range = node.ownerDocument.createRange();
  range.setStart(node, start);
  range.setEnd(node, end);
  return range;
}

function hiddenElement(element: Element, recorder: Recorder, masking: Masking): Hidden[] {
  const isWhole = isLeftOut(element, recorder, masking);
  const text = isWhole ? null : isField(element) ? hiddenValue(element, masking) : undefined;
  return text === undefined ? [] : [{ text, element, rects: () => [element.getBoundingClientRect()] }];
}

function isLeftOut(element: Element, recorder: Recorder, masking: Masking): boolean {
  if (extraOf(recorder.model.node(recorder.idOf(element)))?.block) return true;
  return /^(canvas|video)$/.test(element.localName) && masking.masksText(element);
}

/** Of boxes it is seen whether they are checked, unless a rule covers them. */
function hiddenValue(field: Field, masking: Masking): string | undefined {
  if (/^(checkbox|radio)$/.test(field.type)) return masking.covers(field) ? "" : undefined;
  const { text } = fieldState(field, masking);
  if (field.localName === "select") return masking.masksValue(field) ? "•".repeat(3) : undefined;
  return masking.masksValue(field) || text !== field.value ? text : undefined;
}
