/** What the browser tells of a document that is left, is loaded, or gets another address. */

export interface NavigationEvents {
  hidden(): void;
  changed(): void;
  loaded(): void;
  renamed(): void;
}

export function watchNavigation(signal: AbortSignal, { hidden, changed, loaded, renamed }: NavigationEvents): void {
  window.addEventListener("pagehide", hidden, { signal });
  window.addEventListener("popstate", changed, { signal });
  const { navigation } = window as unknown as { navigation?: EventTarget };
  navigation?.addEventListener("currententrychange", renamed, { signal });
  if (document.readyState !== "complete") window.addEventListener("load", loaded, { signal });
}
