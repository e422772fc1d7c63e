/** The language of the visitor's side: by `data-language` of the script tag, else the page's, else the browser's. */

export function languageOf(script: HTMLElement | null): string {
  const asked = script?.dataset.language || document.documentElement.lang || navigator.language;
  return asked.toLowerCase().startsWith("zh") ? "zh-Hans" : "en";
}
