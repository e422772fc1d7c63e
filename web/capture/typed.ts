/**
 * What was entered on this document in fields that no rule allows, so that it is recognised in addresses and titles.
 * It outlives the clearing of a form that was sent, and stays in memory.
 */

import { isChosen } from "./masking";
import type { Field } from "./values";

const MOST_FIELDS = 500;
/** An application may write an address or title that is some letters behind. */
const MOST_OF_FIELD = 20;
const MOST_LINES = 20;
const MOST_PARTS = 300;
/** A shorter value is found by chance in other texts. */
const SHORT = 3;
const LONGEST = 400;
/** What stands between words is written in many ways in an address. */
const BETWEEN = /[\s+_.-]+/;

interface Entered {
  /** The newest is the last. */
  values: string[];
  isTyped: boolean;
}

export class Typed {
  private readonly entered = new Map<unknown, Entered>();
  private pattern: RegExp | null = null;
  private chosen = new Set<string>();
  private isStale = false;

  note(field: Field): void {
    this.keep(field, isChosen(field) ? choice(field) : field.value.replace(/^C:\\fakepath\\/, ""), !isChosen(field));
  }

  keep(where: unknown, value: string, isTyped = true): void {
    const known = this.entered.get(where);
    const values = known?.values ?? [];
    if (value.length < SHORT || values.at(-1) === value) return;
    this.entered.delete(where);
    this.entered.set(where, {
      values: [...values.slice(1 - MOST_OF_FIELD), value],
      isTyped: isTyped || known?.isTyped === true,
    });
    if (this.entered.size > MOST_FIELDS) this.entered.delete(this.entered.keys().next().value);
    this.isStale = true;
  }

  /** Whether the value of a parameter is, or has in it, what was entered. A choice is recognised as a whole only. */
  isIn(text: string): boolean {
    this.refresh();
    return this.chosen.has(text) || this.isTypedIn(text);
  }

  isTypedIn(text: string): boolean {
    this.refresh();
    return this.pattern !== null && text.search(this.pattern) >= 0;
  }

  hide(text: string): string {
    this.refresh();
    return this.pattern ? text.replace(this.pattern, (found) => "•".repeat(found.length)) : text;
  }

  private refresh(): void {
    if (!this.isStale) return;
    this.isStale = false;
    this.chosen = new Set(this.parts(false));
    const typed = [...new Set(this.parts(true))].slice(0, MOST_PARTS);
    const found = typed
      .sort((a, b) => b.length - a.length)
      .map(source)
      .filter(Boolean);
    this.pattern = found.length ? new RegExp(found.join("|"), "giu") : null;
  }

  /** Newest first. */
  private parts(isTyped: boolean): string[] {
    const entered = [...this.entered.values()].filter((one) => one.isTyped === isTyped).reverse();
    return entered.flatMap(({ values }) => [...values].reverse().flatMap(lines));
  }
}

/** Pages are named after the first line of a text. */
function lines(value: string): string[] {
  const all = value.split("\n", MOST_LINES).map((line) => line.slice(0, LONGEST));
  return all.filter((line) => line.length >= SHORT);
}

function source(value: string): string {
  const words = value.split(BETWEEN).filter(Boolean);
  if (words.join("").length < SHORT) return "";
  return words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("[\\s+_.-]*");
}

function choice(field: Field): string {
  const { type, checked, selectedOptions } = field as HTMLInputElement & HTMLSelectElement;
  if (selectedOptions) return Array.from(selectedOptions, ({ value, text }) => `${value}\n${text}`).join("\n");
  return /^(checkbox|radio)$/.test(type) && !checked ? "" : field.value;
}
