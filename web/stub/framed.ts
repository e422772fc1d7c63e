/**
 * In a frame: a page around it in which the visitor is helped asks for what is shown here. Both have to be of the tenant,
 * which the desk says, and the capture code comes from there (docs/decisions/0016).
 */

import type { AppOptions, TrustedPolicy } from "../protocol/stub";
import { trustedPolicy } from "./policy";

declare global {
  interface Window {
    __alongsideFrame?: (port: MessagePort, masking: unknown) => unknown;
  }
}

let policy: TrustedPolicy | undefined;

export function waitInFrame(options: AppOptions): void {
  window.addEventListener("message", ({ data, origin, source, ports: [port] }) => {
    if (port && data?.alongside === "frame" && (source === parent || source === top))
      answer(options, data.ticket, origin, port).catch(() => port.close());
  });
}

/** Rejects where the desk or the page's policy refuses. */
async function answer({ base, publicKey, nonce }: AppOptions, ticket: string, parent: string, port: MessagePort) {
  const response = await fetch(`${base}/assist/links/frame/`, {
    method: "POST",
    credentials: "omit",
    referrerPolicy: "origin",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ public_key: publicKey, ticket, parent }),
  });
  if (!response.ok) return port.close();
  const code = await response.json();
  if (!window.__alongsideFrame) await load(code, nonce);
  window.__alongsideFrame!(port, code.masking);
}

async function load({ url, integrity }: { url: string; integrity: string }, nonce: string): Promise<void> {
  const script = document.createElement("script");
  script.nonce = nonce;
  script.referrerPolicy = "origin";
  script.crossOrigin = "anonymous";
  script.integrity = integrity;
  policy ??= trustedPolicy();
  script.src = policy.createScriptURL(url);
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = reject;
    document.documentElement.append(script);
  }).finally(() => script.remove());
}
