/** The rules of style sheets, where they are not what a text says: scripts write them, and no record tells. */

/** As the browser prints them; of a sheet that is switched off none. */
export function rulesOf(sheet: CSSStyleSheet): string[] {
  try {
    return sheet.disabled ? [] : Array.from(sheet.cssRules, (rule) => rule.cssText);
  } catch {
    return [];
  }
}

/** The other side has no media of a whole sheet. */
export function adoptedRules(sheet: CSSStyleSheet): string[] {
  const { mediaText } = sheet.media;
  return rulesOf(sheet).map((rule) => (mediaText ? `@media ${mediaText} { ${rule} }` : rule));
}

/** Components bring the same text with each of them. */
const MOST_TEXTS = 500;
const parsed = new WeakMap<Element, { text: string; rules: string[] }>();
/** By the mode of the document, the oldest text first. */
const shared: Record<string, Map<string, string[]>> = { BackCompat: new Map(), CSS1Compat: new Map() };

/** Rules of a style element that are not what its text says, or null. */
export function scriptedRules(element: Element): string[] | null {
  const { sheet } = element as HTMLStyleElement;
  if (element.localName !== "style" || !sheet) return null;
  const now = rulesOf(sheet);
  return sameTexts(withoutImports(now), parsedRules(element)) && !sheet.disabled ? null : now;
}

function parsedRules(element: Element): string[] {
  const text = element.textContent ?? "";
  const known = parsed.get(element);
  if (known?.text === text) return known.rules;
  const rules = rulesOfText(text, element.ownerDocument);
  parsed.set(element, { text, rules });
  return rules;
}

function rulesOfText(text: string, { compatMode, defaultView }: Document): string[] {
  const texts = shared[compatMode]!;
  const known = texts.get(text);
  if (known) return known;
  const view = (defaultView ?? window) as Window & typeof globalThis; // it parses by its own mode
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(text);
  const rules = rulesOf(sheet);
  texts.set(text, rules);
  if (texts.size > MOST_TEXTS) texts.delete(texts.keys().next().value!);
  return rules;
}

/** A sheet that is parsed here for comparison has none of them. */
function withoutImports(rules: string[]): string[] {
  return rules.filter((rule) => !rule.startsWith("@import"));
}

function sameTexts(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}

/** So many rules are compared at each look, of all sheets in turn. */
const RULES_A_LOOK = 1000;

interface Seen {
  version: number;
  texts: string[];
  isDisabled: boolean;
  next: number;
  look: number;
}

/** Gives each state of a sheet a number of its own. */
export class SheetWatch {
  private readonly seen = new WeakMap<CSSStyleSheet, Seen>();
  private versions = 0;
  private looks = 0;
  /** Of this look: rules that may still be compared, and sheets that came by. */
  private left = 0;
  private passed = 0;
  /** The sheet with which comparing begins. */
  private turn = 0;

  /** A sheet that many roots have adopted is compared once a look. */
  begin(): void {
    this.looks++;
    if (this.left > 0) this.turn = 0;
    this.left = RULES_A_LOOK;
    this.passed = 0;
  }

  version(sheet: CSSStyleSheet): number {
    const seen = this.seen.get(sheet);
    if (seen && (seen.look === this.looks || this.isSame(sheet, seen))) return seen.version;
    const version = ++this.versions;
    const { disabled: isDisabled } = sheet;
    this.seen.set(sheet, { version, texts: rulesOf(sheet), isDisabled, next: 0, look: this.looks });
    return version;
  }

  private isSame(sheet: CSSStyleSheet, seen: Seen): boolean {
    seen.look = this.looks;
    if (sheet.disabled !== seen.isDisabled || sheet.disabled) return sheet.disabled === seen.isDisabled;
    const { cssRules: rules } = sheet;
    if (rules.length !== seen.texts.length) return false;
    if (this.passed++ < this.turn || this.left <= 0) return true;
    const end = Math.min(rules.length, seen.next + this.left);
    for (let at = seen.next; at < end; at++) if (rules[at]!.cssText !== seen.texts[at]) return false;
    this.left -= end - seen.next;
    seen.next = end < rules.length ? end : 0;
    if (this.left <= 0) this.turn = this.passed - 1;
    return true;
  }
}
