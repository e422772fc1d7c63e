/** Style sheets of the rebuilt page: text from the store, URLs replaced, states of the pointer and focus as attributes. */

import { replaceUrls } from "../protocol/css";
import type { AssetMap } from "./asset_map";
import type { VisitorMedia } from "./media";
import { askingForSaid, takingSaid } from "./said";
import { STATE_ATTRIBUTE, withStates } from "./states";

const NOTHING = "data:,";

export class Sheets {
  private readonly texts = new Map<string, Promise<string>>();
  private readonly pending = new Set<Promise<unknown>>();
  private readonly blobs: string[] = [];
  private readonly arriving = new Set<HTMLLinkElement>();
  /** Links whose sheet is not known yet. */
  private readonly missing = new Set<HTMLLinkElement>();
  /** Links whose sheet a script has switched off. */
  private readonly off = new WeakSet<HTMLLinkElement>();
  private styled: (() => void)[] = [];
  /** What scripts wrote into a sheet. */
  private readonly written = new WeakMap<CSSStyleSheet, string[]>();
  /** Addresses of imported sheets, with all that they name replaced. */
  private readonly imports = new Map<string, string>();

  constructor(
    private readonly assets: AssetMap,
    private readonly media: VisitorMedia,
  ) {}

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
    this.imports.clear();
    for (const blob of this.blobs.splice(0)) URL.revokeObjectURL(blob);
  }

  /** Style text with every URL replaced; `again` is called when one more can be. */
  rewrite(text: string, base: string, again: () => void): string {
    return replaceUrls(this.media.answerValues(text), base, ({ url, imports }) => {
      if (imports) return this.imported(url, again);
      const found = this.assets.resolvePart(url);
      if (!found) this.assets.wait(url, again, false);
      return found ?? NOTHING;
    });
  }

  private imported(url: string, again: () => void): string {
    const known = this.imports.get(url);
    if (known) return known;
    const renew = (): void => {
      this.imports.delete(url);
      again();
    };
    const load = this.text(url, renew, new Set()).then((text) => {
      if (text === null) return;
      this.imports.set(url, this.blob(text));
      again();
    });
    this.follow(load);
    return NOTHING;
  }

  /** Rules that a script wrote, instead of those that the sheet has. */
  write(sheet: CSSStyleSheet, rules: string[], base: string): void {
    this.written.set(sheet, rules);
    const again = (): void => {
      if (this.written.get(sheet) === rules) this.write(sheet, rules, base);
    };
    this.replace(
      sheet,
      rules.map((rule) => this.rewrite(rule, base, again)),
    );
  }

  setRule({ sheet }: HTMLStyleElement, index: number, text: string | null, base: string): void {
    if (!sheet) return;
    if (text === null) sheet.deleteRule(index);
    else
      sheet.insertRule(
        this.rewrite(text, base, () => undefined),
        index,
      );
    this.adjust(sheet);
  }

  /** Its own text holds again. */
  unwrite(sheet: CSSStyleSheet): void {
    this.written.delete(sheet);
    this.replace(sheet, []);
  }

  private replace(sheet: CSSStyleSheet, rules: string[]): void {
    while (sheet.cssRules.length) sheet.deleteRule(0);
    for (const rule of rules) {
      try {
        sheet.insertRule(rule, sheet.cssRules.length);
      } catch {
        sheet.insertRule("alongside-unknown-rule{}", sheet.cssRules.length);
      }
    }
    this.adjust(sheet);
  }

  /**
   * Selectors match what the visitor's pointer, focus and machine are, not those of this browser. What is imported
   * comes later, and is a sheet of its own by then.
   */
  adjust(sheet: CSSStyleSheet | CSSGroupingRule): void {
    let rules: CSSRuleList;
    try {
      rules = sheet.cssRules;
    } catch {
      return;
    }
    for (const rule of Array.from(rules)) this.adjustRule(rule as CSSStyleRule & CSSMediaRule & CSSImportRule);
  }

  private adjustRule(rule: CSSStyleRule & CSSMediaRule & CSSImportRule): void {
    const { selectorText, media } = rule;
    const changed = selectorText && askingForSaid(withStates(selectorText));
    if (changed !== selectorText) rule.selectorText = changed;
    if (media?.mediaText) this.adjustMedia(media);
    if (selectorText) this.adjustStyle(rule);
    const inner = rule.styleSheet ?? rule;
    if ("cssRules" in inner) this.adjust(inner as CSSGroupingRule);
  }

  /** A page whose selections have one colour of their own has not the browser's other one. */
  private adjustStyle({ selectorText, style }: CSSStyleRule): void {
    this.adjustScheme(style);
    const words = takingSaid(style.content);
    if (words !== style.content) style.setProperty("content", words, style.getPropertyPriority("content"));
    if (!/::selection/.test(selectorText)) return;
    if (!style.color) style.color = "currentcolor";
    if (!style.backgroundColor && !style.background) style.backgroundColor = "transparent";
  }

  adjustScheme(style: CSSStyleDeclaration): void {
    if (style.colorScheme) style.colorScheme = this.media.schemeOf(style.colorScheme);
  }

  private adjustMedia(media: MediaList): void {
    const answered = this.media.answer(media.mediaText);
    if (answered !== media.mediaText) media.mediaText = answered;
  }

  /** Behind our own sheet, which is the first. */
  adopt(root: Document | ShadowRoot, adopted: string[][], base: string): void {
    const view = (root.ownerDocument ?? (root as Document)).defaultView as (Window & typeof globalThis) | null;
    if (!view) return;
    const own = Array.from(root.adoptedStyleSheets).slice(0, 1);
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
    this.follow(load);
  }

  private follow(load: Promise<void>): void {
    this.pending.add(load);
    this.assets.load(load);
    const done = (): void => {
      this.pending.delete(load);
      this.tell();
    };
    void load.catch(() => undefined).finally(done);
  }

  turn(element: HTMLLinkElement, isOff: boolean): void {
    if (isOff === this.off.has(element)) return;
    if (isOff) this.off.add(element);
    else this.off.delete(element);
    if (element.sheet) element.sheet.disabled = isOff;
  }

  private attach(element: HTMLLinkElement, text: string): Promise<void> {
    const blob = this.blob(text);
    const root = element.ownerDocument.documentElement;
    this.arrive(root, element);
    return new Promise((resolve) => {
      const gone = new MutationObserver(() => element.isConnected || done());
      const done = (): void => {
        gone.disconnect();
        if (element.sheet) this.adjust(element.sheet);
        if (element.sheet && this.off.has(element)) element.sheet.disabled = true;
        this.arrived(root, element);
        resolve();
      };
      element.addEventListener("load", done, { once: true });
      element.addEventListener("error", done, { once: true });
      element.href = blob;
      // What is no sheet, is switched off or goes meanwhile is not loaded, and says nothing.
      if (!element.isConnected || element.disabled || !isSheet(element)) return done();
      for (const place of [element.getRootNode(), element.ownerDocument])
        gone.observe(place, { childList: true, subtree: true });
    });
  }

  /** What a late sheet changes did not change at the visitor: it must not start transitions here. */
  private arrive(root: Element, element: HTMLLinkElement): void {
    this.arriving.add(element);
    root.setAttribute(`${STATE_ATTRIBUTE}arriving`, "");
  }

  private arrived(root: Element, element: HTMLLinkElement): void {
    this.arriving.delete(element);
    if ([...this.arriving].some((other) => root.contains(other))) return;
    root.getBoundingClientRect();
    root.removeAttribute(`${STATE_ATTRIBUTE}arriving`);
  }

  private blob(text: string): string {
    const blob = URL.createObjectURL(new Blob([text], { type: "text/css" }));
    this.blobs.push(blob);
    return blob;
  }

  /** Text of a sheet, its imports included as sheets of their own; null while it is not known. */
  private async text(url: string, again: () => void, above: Set<string>): Promise<string | null> {
    const address = isSheetData(url) ? url : this.assets.resolve(url);
    if (!address || above.has(url)) {
      if (!address) this.assets.wait(url, again);
      return null;
    }
    const source = isSheetData(url) ? textOfData(url) : await this.fetch(address);
    const imports = new Map<string, string>();
    replaceUrls(source, url, (use) => {
      if (use.imports) imports.set(use.url, NOTHING);
      return use.url;
    });
    for (const inner of imports.keys()) {
      const text = await this.text(inner, again, new Set([...above, url]));
      if (text !== null) imports.set(inner, this.blob(text));
    }
    return replaceUrls(this.media.answerValues(source), url, (use) => {
      if (use.imports) return imports.get(use.url)!;
      const found = this.assets.resolvePart(use.url);
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

function isSheet({ relList, type }: HTMLLinkElement): boolean {
  return relList.contains("stylesheet") && /^\s*(text\/css\b.*)?$/i.test(type);
}

/** A sheet that stands in its address. */
function isSheetData(url: string): boolean {
  return /^data:text\/css\b/i.test(url);
}

function textOfData(url: string): string {
  const comma = url.indexOf(",");
  const body = decodeURIComponent(url.slice(comma + 1));
  return /;base64$/i.test(url.slice(0, comma)) ? atob(body) : body;
}
