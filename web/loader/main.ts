/** Entry of the loader, the one script tag on a tenant's page (docs/visitor-page.md). */

import { App } from "./app";
import { languageOf, useLanguage } from "./words";

declare global {
  interface Window {
    Alongside?: unknown;
  }
}

function start(script: HTMLScriptElement): void {
  const language = languageOf(script);
  useLanguage(language);
  const app = new App({
    base: new URL(script.src).origin,
    publicKey: script.dataset.desk ?? "",
    language,
    nonce: script.nonce,
    hasButton: script.dataset.button !== "off",
  });
  window.Alongside = {
    request: app.request.bind(app),
    end: app.end.bind(app),
    on: app.listeners.on.bind(app.listeners),
    identify: app.identify.bind(app),
    nativePage: app.nativePage.bind(app),
    nativeUpdate: app.nativeUpdate.bind(app),
  };
}

// In a frame the page around it has the say; a second script tag changes nothing.
if (window === window.top && !window.Alongside) start(document.currentScript as HTMLScriptElement);
