/** Entry of the loader, the one script tag on a tenant's page (docs/visitor-page.md): the stub that every page gets. */

import { waitInFrame } from "./framed";
import { languageOf } from "./language";
import { LoaderStub } from "./stub";

declare global {
  interface Window {
    Alongside?: unknown;
  }
}

function start(script: HTMLScriptElement): void {
  const options = {
    base: new URL(script.src).origin,
    publicKey: script.dataset.desk ?? "",
    language: languageOf(script),
    nonce: script.nonce,
    hasButton: script.dataset.button !== "off",
  };
  // In a frame the page around it has the say.
  if (window !== window.top) return waitInFrame(options);
  const stub = new LoaderStub(options);
  window.Alongside = stub.api();
  stub.look();
}

// A second script tag changes nothing.
if (!window.Alongside) start(document.currentScript as HTMLScriptElement);
