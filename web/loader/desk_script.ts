/** A script of the desk in this document: announced by the welcome, cached or on its way, then run. */

import { sha256Hex } from "../protocol/sha256";
import { type CaptureCode, type Frame, FrameFlag, FrameKind } from "../protocol/wire";
import { Blocked, type Injector } from "./injector";

/** What each leaves in the window. */
const GLOBALS = { capture: "__alongsideCapture", native: "__alongsideNative" } as const;

/** The code is not what the server announced; nothing runs. */
export class WrongCode extends Error {}

/** The code as it comes in pieces. */
export class CodePieces {
  private pieces: Uint8Array[] = [];

  /** The whole with the last piece, and which script it is. */
  take({ kind, flags, page, payload }: Frame): [Uint8Array<ArrayBuffer>, number] | null {
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
    return [whole, page];
  }
}

export class DeskScript {
  announced: CaptureCode | undefined;
  /** From which it ran, where it came by one. */
  address = "";
  /** As it came through the channel. */
  private text: string | null = null;
  private readonly prefix: string;

  constructor(
    private readonly injector: Injector,
    private readonly name: keyof typeof GLOBALS,
  ) {
    this.prefix = `alongside:${name}:`;
  }

  get hasRun(): boolean {
    return GLOBALS[this.name] in window;
  }

  cachedHash(): string {
    return this.cachedKey()?.slice(this.prefix.length) ?? "";
  }

  /** It is kept for the next page load. Throws WrongCode. */
  async receive(deflated: Uint8Array<ArrayBuffer>): Promise<void> {
    const plain = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    this.text = this.checked(await new Response(plain).text());
    try {
      this.forget();
      localStorage.setItem(this.prefix + this.announced!.sha256, this.text);
    } catch {
      // Refused or full: it comes again with each page.
    }
  }

  /**
   * Whether it has run; not while it is on its way. An address that the session got before is tried first: the browser
   * has it, unless it has thrown it away. Throws Blocked, WrongCode.
   */
  async run(known = ""): Promise<boolean> {
    const { announced } = this;
    if (this.hasRun || !announced) return this.hasRun;
    const { url = "", sha256 } = announced;
    const text = url ? null : (this.text ?? this.cachedText(sha256));
    if (!url && text === null) return false;
    this.address = url && known.includes(sha256) ? known : url;
    await this.injector.run(text, sha256, this.address).catch((problem) => {
      if (this.address === url) throw problem;
      this.address = url;
      return this.injector.run(null, sha256, url);
    });
    if (!this.hasRun) throw new Blocked();
    return true;
  }

  private cachedText(sha256: string): string | null {
    return this.cachedHash() === sha256 ? this.checked(localStorage.getItem(this.prefix + sha256)!) : null;
  }

  /** A copy that somebody changed is thrown away. */
  private checked(text: string): string {
    if (sha256Hex(text) === this.announced!.sha256) return text;
    this.forget();
    throw new WrongCode();
  }

  /** One version is kept. */
  private forget(): void {
    const key = this.cachedKey();
    if (key) localStorage.removeItem(key);
  }

  private cachedKey(): string | undefined {
    try {
      return Object.keys(localStorage).find((key) => key.startsWith(this.prefix));
    } catch {
      return undefined;
    }
  }
}
