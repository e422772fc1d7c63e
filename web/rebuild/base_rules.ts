/** Rules of our own that come before those of the page. */

import { STATE_ATTRIBUTE } from "./states";

/**
 * What the visitor's browser does by itself and a frame without focus and scripts does not; any rule of the page wins.
 * A canvas is a box of its size until it has a picture, which then has that size of its own, as a canvas does.
 */
const BASE_RULES = `@layer {
  [${STATE_ATTRIBUTE}focus-visible]:not(html, body) { outline: -webkit-focus-ring-color auto 1px; }
  ::selection { background-color: Highlight; color: HighlightText; }
  a[${STATE_ATTRIBUTE}focus-visible]:not(svg a) { outline-offset: 1px; }
  :any-link[${STATE_ATTRIBUTE}active] { color: ActiveText; }
  :is([type=checkbox], [type=radio])[${STATE_ATTRIBUTE}focus-visible] { outline-offset: 2px; }
  canvas:not([style*="content: url"]) { display: inline-block; width: attr(width px, 300px); height: attr(height px, 150px);
    aspect-ratio: attr(width type(<number>), 300) / attr(height type(<number>), 150); }
  [${STATE_ATTRIBUTE}fullscreen] { border: 0; padding: 0; color: inherit; background: none; }
  :enabled:read-write:is([${STATE_ATTRIBUTE}hover], [${STATE_ATTRIBUTE}focus])::-webkit-inner-spin-button,
  :enabled:read-write:is([${STATE_ATTRIBUTE}hover], [${STATE_ATTRIBUTE}focus])::-webkit-search-cancel-button { opacity: 1; }
}
[${STATE_ATTRIBUTE}filled]::placeholder { color: inherit !important; opacity: 1 !important; }
input[${STATE_ATTRIBUTE}focus] { text-overflow: clip !important; }
canvas { -webkit-text-fill-color: transparent !important; overflow: hidden; }
canvas > * { display: none !important; }
* { overflow-anchor: none !important; scroll-behavior: auto !important; }
[${STATE_ATTRIBUTE}fullscreen] { position: fixed !important; inset: 0 !important; margin: 0 !important; box-sizing: border-box !important;
  width: 100% !important; height: 100% !important; max-width: none !important; max-height: none !important; }
noscript, :not([controls])::-webkit-media-controls { display: none !important; }
[${STATE_ATTRIBUTE}arriving], [${STATE_ATTRIBUTE}arriving] :is(*, *::before, *::after) { transition: none !important; }
[${STATE_ATTRIBUTE}block] { background: repeating-linear-gradient(45deg, #8883 0 8px, #8885 8px 16px) !important; }
[${STATE_ATTRIBUTE}masked-choice] { color: transparent; }`;

const baseRules = new WeakMap<Document, CSSStyleSheet>();

export function addBaseRules(document: Document): void {
  const view = document.defaultView as Window & typeof globalThis;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(BASE_RULES);
  baseRules.set(document, sheet);
  document.adoptedStyleSheets = [sheet];
}

/** What is in a shadow root, no rule of the document reaches. */
export function addBaseRulesOf(document: Document, root: ShadowRoot): void {
  const sheet = baseRules.get(document);
  if (sheet) root.adoptedStyleSheets = [sheet];
}
