/** Runs scripts of the desk in the way that the page's policy allows. */

import type { Stub } from "../protocol/stub";
import { toBase64 } from "./base64";
import { unhexed } from "./hex";

export type Injection = "inline" | "blob" | "url";

const PROBE = "document.currentScript.dataset.ran=1";

/** No way to run code is allowed here. */
export class Blocked extends Error {}

export class Injector {
  private method: Injection = "url";

  constructor(private readonly stub: Stub) {}

  /**
   * Found out for each document: an inline script with our nonce, a blob: script, or a URL from the host list. A page
   * with a policy and without a nonce is not tried, since what it refuses it also reports: the host was good for us.
   */
  async findMethod(): Promise<Injection> {
    if (this.stub.options.nonce || !hasPolicy(this.stub.shell.shown))
      this.method = this.runsInline() ? "inline" : (await this.runsBlob()) ? "blob" : "url";
    return this.method;
  }

  /** By its text, else by its address. Throws Blocked. */
  async run(text: string | null, sha256: string, url: string): Promise<void> {
    const script = this.newScript();
    if (text !== null && this.method === "inline") {
      script.text = this.stub.policy.createScript(text);
      document.documentElement.append(script);
    } else if (text !== null) await this.load(script, URL.createObjectURL(scriptBlob(text)));
    else {
      script.integrity = `sha256-${toBase64(unhexed(sha256))}`;
      script.crossOrigin = "anonymous";
      script.referrerPolicy = "origin";
      await this.load(script, url);
    }
    script.remove();
  }

  private runsInline(): boolean {
    const script = this.newScript();
    try {
      script.text = this.stub.policy.createScript(PROBE);
      document.documentElement.append(script);
    } catch {
      return false;
    }
    script.remove();
    return script.dataset.ran === "1";
  }

  private async runsBlob(): Promise<boolean> {
    const script = this.newScript();
    await this.load(script, URL.createObjectURL(scriptBlob(PROBE))).catch(() => undefined);
    script.remove();
    return script.dataset.ran === "1";
  }

  private newScript(): HTMLScriptElement {
    const script = document.createElement("script");
    script.nonce = this.stub.options.nonce;
    return script;
  }

  private load(script: HTMLScriptElement, url: string): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      script.onload = () => resolve();
      script.onerror = () => reject(new Blocked());
      try {
        script.src = this.stub.policy.createScriptURL(url);
      } catch {
        return reject(new Blocked());
      }
      document.documentElement.append(script);
    }).finally(() => URL.revokeObjectURL(url));
  }
}

/**
 * Whether the page came with a Content-Security-Policy, or names one in its source: browsers hide the nonce of an
 * element that comes into a document with such a header.
 */
function hasPolicy(shown: Element): boolean {
  const probe = document.createElement("i");
  probe.setAttribute("nonce", "probe");
  shown.append(probe);
  const isHidden = probe.getAttribute("nonce") === "";
  probe.remove();
  return isHidden || document.querySelector('meta[http-equiv="content-security-policy" i]') !== null;
}

function scriptBlob(text: string): Blob {
  return new Blob([text], { type: "text/javascript" });
}
