/** Entry of the loader, the one script tag on a tenant's page (docs/visitor-page.md): the stub that every page gets. */

import { languageOf } from "./language";
import { LoaderStub } from "./stub";

declare global {
  interface Window {
    Alongside?: unknown;
  }
}

function start(script: HTMLScriptElement): void {
  const stub = new LoaderStub({
    base: new URL(script.src).origin,
    publicKey: script.dataset.desk ?? "",
    language: languageOf(script),
    nonce: script.nonce,
    hasButton: script.dataset.button !== "off",
  });
  window.Alongside = stub.api();
  stub.look();
}

// In a frame the page around it has the say; a second script tag changes nothing.
if (window === window.top && !window.Alongside) start(document.currentScript as HTMLScriptElement);
