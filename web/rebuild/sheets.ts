/** Style sheets of the rebuilt page: text from the store, URLs replaced, states of the pointer and focus as attributes. */

import { replaceUrls } from "../protocol/css";
import type { AssetMap } from "./asset_map";

const NOTHING = "data:,";
const STATES = /:(hover|active|focus-visible|focus-within|focus)(?![\w-])/g;
export const STATE_ATTRIBUTE = "data-alongside-";

/** What the visitor's browser does by itself and a frame without focus and scripts does not; any rule of the page wins. */
const BASE_RULES = `@layer {
  [${STATE_ATTRIBUTE}focus-visible] { outline: -webkit-focus-ring-color auto 1px; }
  :root::selection { color: #fff; background: #3367d1; }
  canvas { display: inline-block; width: attr(width px, 300px); height: attr(height px, 150px);
    aspect-ratio: attr(width type(<number>), 300) / attr(height type(<number>), 150); }
}
canvas { color: transparent !important; overflow: hidden; }
canvas > * { display: none !important; }
* { overflow-anchor: none !important; scroll-behavior: auto !important; }
noscript { display: none !important; }
[${STATE_ATTRIBUTE}arriving], [${STATE_ATTRIBUTE}arriving] :is(*, *::before, *::after) { transition: none !important; }
[${STATE_ATTRIBUTE}block] { background: repeating-linear-gradient(45deg, #8883 0 8px, #8885 8px 16px) !important; }
[${STATE_ATTRIBUTE}masked-choice] { color: transparent; }`;

export function addBaseRules(document: Document): void {
  const view = document.defaultView as Window & typeof globalThis;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(BASE_RULES);
  document.adoptedStyleSheets = [sheet];
}

export class Sheets {
  private readonly texts = new Map<string, Promise<string>>();
  private readonly pending = new Set<Promise<unknown>>();
  private readonly blobs: string[] = [];
  private readonly arriving = new Set<HTMLLinkElement>();
  /** Links whose sheet is not known yet. */
  private readonly missing = new Set<HTMLLinkElement>();
  private styled: (() => void)[] = [];

  constructor(private readonly assets: AssetMap) {}

  /** Resolves when every sheet that was asked for has been applied or has failed. */
  async settled(): Promise<void> {
    while (this.pending.size) await Promise.allSettled([...this.pending]);
  }

  /** Resolves when every linked sheet is there. */
  complete(): Promise<void> {
    return new Promise((resolve) => {
      this.styled.push(resolve);
      this.tell();
    });
  }

  private tell(): void {
    if (!this.pending.size && !this.missing.size) for (const resolve of this.styled.splice(0)) resolve();
  }

  reset(): void {
    this.arriving.clear();
    this.missing.clear();
    for (const blob of this.blobs.splice(0)) URL.revokeObjectURL(blob);
  }

  /** Style text with every URL replaced; `again` is called when one more can be. */
  rewrite(text: string, base: string, again: () => void): string {
    return replaceUrls(text, base, ({ url }) => {
      const found = this.assets.resolve(url);
      if (!found) this.assets.wait(url, again, false);
      return found ?? NOTHING;
    });
  }

  /** Rules that a script wrote, instead of those that the sheet has. */
  write(sheet: CSSStyleSheet, rules: string[], base: string): void {
    replaceRules(
      sheet,
      rules.map((rule) => this.rewrite(rule, base, () => undefined)),
    );
  }

  /** Behind our own sheet, which a document has as its first. */
  adopt(root: Document | ShadowRoot, adopted: string[][], base: string): void {
    const view = (root.ownerDocument ?? (root as Document)).defaultView as (Window & typeof globalThis) | null;
    if (!view) return;
    const own = Array.from(root.adoptedStyleSheets).slice(0, root.nodeType === Node.DOCUMENT_NODE ? 1 : 0);
    const sheets = adopted.map((rules) => {
      const sheet = new view.CSSStyleSheet();
      this.write(sheet, rules, base);
      return sheet;
    });
    root.adoptedStyleSheets = [...own, ...sheets];
  }

  /** Load the sheet of a `link` element, and again when more of its assets are known. */
  link(element: HTMLLinkElement, url: string): void {
    const load = this.text(url, () => this.link(element, url), new Set()).then((text) => {
      if (text === null) this.missing.add(element);
      else this.missing.delete(element);
      if (text !== null) return this.attach(element, text);
    });
    this.pending.add(load);
    this.assets.load(load);
    const done = (): void => {
      this.pending.delete(load);
      this.tell();
    };
    void load.catch(() => undefined).finally(done);
  }

  private attach(element: HTMLLinkElement, text: string): Promise<void> {
    const blob = this.blob(text);
    const root = element.ownerDocument.documentElement;
    this.arrive(root, element);
    return new Promise((resolve) => {
      const done = (): void => {
        if (element.sheet) rewriteStates(element.sheet);
        this.arrived(root, element);
        resolve();
      };
      element.addEventListener("load", done, { once: true });
      element.addEventListener("error", done, { once: true });
      element.href = blob;
      if (element.isConnected) return;
      this.arrived(root, element);
      resolve();
    });
  }

  /** What a late sheet changes did not change at the visitor: it must not start transitions here. */
  private arrive(root: Element, element: HTMLLinkElement): void {
    this.arriving.add(element);
    root.setAttribute(`${STATE_ATTRIBUTE}arriving`, "");
  }

  private arrived(root: Element, element: HTMLLinkElement): void {
    this.arriving.delete(element);
    root.getBoundingClientRect();
    if ([...this.arriving].some((other) => root.contains(other))) return;
    root.removeAttribute(`${STATE_ATTRIBUTE}arriving`);
  }

  private blob(text: string): string {
    const blob = URL.createObjectURL(new Blob([text], { type: "text/css" }));
    this.blobs.push(blob);
    return blob;
  }

  /** Text of a sheet, its imports included as sheets of their own; null while it is not known. */
  private async text(url: string, again: () => void, above: Set<string>): Promise<string | null> {
    const address = this.assets.resolve(url);
    if (!address || above.has(url)) {
      if (!address) this.assets.wait(url, again);
      return null;
    }
    const source = await this.fetch(address);
    const imports = new Map<string, string>();
    replaceUrls(source, url, (use) => {
      if (use.imports) imports.set(use.url, NOTHING);
      return use.url;
    });
    for (const inner of imports.keys()) {
      const text = await this.text(inner, again, new Set([...above, url]));
      if (text !== null) imports.set(inner, this.blob(text));
    }
    return replaceUrls(source, url, (use) => {
      if (use.imports) return imports.get(use.url)!;
      const found = this.assets.resolve(use.url);
      if (!found) this.assets.wait(use.url, again, false);
      return found ?? NOTHING;
    });
  }

  private fetch(address: string): Promise<string> {
    const known = this.texts.get(address);
    if (known) return known;
    const text = fetch(address).then((response) => {
      if (!response.ok) throw new Error(`the store answered ${response.status}`);
      return response.text();
    });
    this.texts.set(address, text);
    text.catch(() => this.texts.delete(address));
    return text;
  }
}

/** Hover and focus come from the visitor, not from this browser: selectors match attributes that we set. */
export function rewriteStates(sheet: CSSStyleSheet | CSSGroupingRule): void {
  let rules: CSSRuleList;
  try {
    rules = sheet.cssRules;
  } catch {
    return;
  }
  for (const rule of Array.from(rules)) {
    const { selectorText } = rule as CSSStyleRule;
    const changed = selectorText?.replace(STATES, `[${STATE_ATTRIBUTE}$1]`);
    if (changed !== selectorText) (rule as CSSStyleRule).selectorText = changed;
    const inner = (rule as CSSImportRule).styleSheet ?? (rule as CSSGroupingRule);
    if ("cssRules" in inner) rewriteStates(inner as CSSGroupingRule);
  }
}

/** Replace a sheet's rules by those that a script wrote. */
export function replaceRules(sheet: CSSStyleSheet, rules: string[]): void {
  while (sheet.cssRules.length) sheet.deleteRule(0);
  for (const rule of rules) {
    try {
      sheet.insertRule(rule, sheet.cssRules.length);
    } catch {
      sheet.insertRule("alongside-unknown-rule{}", sheet.cssRules.length);
    }
  }
  rewriteStates(sheet);
}
