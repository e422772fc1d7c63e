/** The capture code: checked against its hash, cached under it, and run in the way that the page's policy allows. */

import type { CaptureControl, CaptureHost } from "../protocol/seam";
import { sha256Hex } from "../protocol/sha256";
import type { Stub } from "../protocol/stub";
import { type CaptureCode, type Frame, FrameFlag, FrameKind } from "../protocol/wire";
import { toBase64 } from "./base64";

declare global {
  interface Window {
    __alongsideCapture?: (host: CaptureHost) => CaptureControl;
  }
}

export type Injection = "inline" | "blob" | "url";

const CACHE = "alongside:capture:";
const PROBE = "document.currentScript.dataset.ran=1";

/** The code is not what the server announced; nothing runs. */
export class WrongCode extends Error {}

/** No way to run code is allowed here. */
export class Blocked extends Error {}

/** The code as it comes in pieces. */
export class CodePieces {
  private pieces: Uint8Array[] = [];

  /** The whole with the last piece. */
  take({ kind, flags, payload }: Frame): Uint8Array<ArrayBuffer> | null {
    if (kind !== FrameKind.CAPTURE_CODE) return null;
    this.pieces.push(payload);
    if (flags & FrameFlag.MORE) return null;
    const whole = new Uint8Array(this.pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of this.pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.pieces = [];
    return whole;
  }
}

export class CaptureInjector {
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

  cachedHash(): string {
    return this.cachedKey()?.slice(CACHE.length) ?? "";
  }

  cachedText(): string | null {
    const key = this.cachedKey();
    return key ? localStorage.getItem(key) : null;
  }

  async inflate(deflated: Uint8Array<ArrayBuffer>): Promise<string> {
    const plain = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(plain).text();
  }

  /** Throws WrongCode. */
  check(text: string, expected: string): void {
    if (sha256Hex(text) !== expected) throw new WrongCode(expected);
  }

  /** One version is kept; a browser that refuses storage gets it again with each page. */
  cache(text: string, hash: string): void {
    try {
      this.forget();
      localStorage.setItem(CACHE + hash, text);
    } catch {
      // Refused or full.
    }
  }

  forget(): void {
    const key = this.cachedKey();
    if (key) localStorage.removeItem(key);
  }

  /** Throws Blocked. */
  async run(text: string | null, capture: CaptureCode): Promise<void> {
    const script = this.newScript();
    if (text !== null && this.method === "inline") {
      script.text = this.stub.policy.createScript(text);
      document.documentElement.append(script);
    } else if (text !== null) await this.load(script, URL.createObjectURL(scriptBlob(text)));
    else {
      script.integrity = `sha256-${toBase64(bytesOf(capture.sha256))}`;
      script.crossOrigin = "anonymous";
      script.referrerPolicy = "origin";
      await this.load(script, capture.url ?? "");
    }
    script.remove();
    if (!window.__alongsideCapture) throw new Blocked();
  }

  private cachedKey(): string | undefined {
    try {
      return Object.keys(localStorage).find((key) => key.startsWith(CACHE));
    } catch {
      return undefined;
    }
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

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

function scriptBlob(text: string): Blob {
  return new Blob([text], { type: "text/javascript" });
}
