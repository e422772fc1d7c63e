/** Pictures of canvases, at most two a second each, only when they changed. */

import type { Operation } from "../protocol/operations";
import type { Assets } from "./assets";
import type { Masking } from "./masking";
import type { Recorder } from "./recorder";

const SAMPLE_EVERY_MS = 500;
/** After a return, what animates again is given the time to come to rest before it is compared. */
const REST_MS = 2500;
const LARGE_PICTURE_BYTES = 200 * 1024;

interface Seen {
  sent: string;
  last: string;
}

export class Canvases {
  private readonly seen = new WeakMap<HTMLCanvasElement, Seen>();
  private operations: [HTMLCanvasElement, string][] = [];
  private readonly timer: number;
  private restsUntil = 0;
  /** Nothing is sampled before it is decided how the page is sent. */
  private shown = false;
  private busy = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly assets: Assets,
    private readonly masking: Masking,
    private readonly top: Document,
    private readonly changed: () => void,
  ) {
    this.timer = window.setInterval(() => this.soon(), SAMPLE_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Digests of the pictures as last sent, in document order. */
  pictures(): string[] {
    return this.all().map((canvas) => this.seen.get(canvas)?.sent ?? "");
  }

  /** The other side shows these again: send only what differs once it has come to rest. */
  restore(pictures: string[]): [number, string][] {
    const canvases = this.all();
    this.shown = true;
    this.operations = [];
    if (pictures.length !== canvases.length) return [];
    this.restsUntil = Date.now() + REST_MS;
    const shown: [number, string][] = [];
    canvases.forEach((canvas, at) => {
      const sent = pictures[at]!;
      if (!sent) return;
      this.seen.set(canvas, { sent, last: "" });
      shown.push([this.recorder.idOf(canvas), sent]);
    });
    return shown;
  }

  /** A fresh snapshot shows none of them. */
  forget(): void {
    this.shown = true;
    this.operations = [];
    this.restsUntil = 0;
    for (const canvas of this.all()) this.seen.delete(canvas);
    this.soon();
  }

  drain(): Operation[] {
    const operations: Operation[] = [];
    for (const [canvas, sha256] of this.operations.splice(0)) {
      const id = this.recorder.idOf(canvas);
      if (id) operations.push(["canvas", Date.now(), id, sha256]);
    }
    return operations;
  }

  private all(): HTMLCanvasElement[] {
    return Array.from(this.top.querySelectorAll("canvas"));
  }

  private soon(): void {
    requestAnimationFrame(() => void this.sample());
  }

  private async sample(): Promise<void> {
    if (this.busy || !this.shown) return;
    this.busy = true;
    await Promise.all(
      this.all().map(async (canvas) => {
        const blob = await this.picture(canvas);
        if (blob) await this.compare(canvas, blob);
      }),
    );
    this.busy = false;
  }

  /** Asked for synchronously in an animation frame, while a WebGL drawing buffer is still there. */
  private async picture(canvas: HTMLCanvasElement): Promise<Blob | null> {
    if (!canvas.width || !canvas.height || !this.recorder.idOf(canvas)) return null;
    if (this.masking.blocks(canvas) || this.masking.masksText(canvas)) return null;
    try {
      const png = await blobOf(canvas, "image/png");
      return png && png.size > LARGE_PICTURE_BYTES ? await blobOf(canvas, "image/webp") : png;
    } catch {
      return null;
    }
  }

  private async compare(canvas: HTMLCanvasElement, blob: Blob): Promise<void> {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const print = fingerprint(bytes);
    const seen = this.seen.get(canvas) ?? { sent: "", last: "" };
    if (seen.last === print || Date.now() < this.restsUntil) return;
    this.seen.set(canvas, { ...seen, last: print });
    await this.send(canvas, bytes, blob.type);
  }

  private async send(canvas: HTMLCanvasElement, bytes: Uint8Array, type: string): Promise<void> {
    const sha256 = await this.assets.digest(bytes);
    const seen = this.seen.get(canvas)!;
    if (seen.sent === sha256) return;
    if (!(await this.assets.put(bytes, type))) return;
    seen.sent = sha256;
    this.operations.push([canvas, sha256]);
    this.changed();
  }
}

function blobOf(canvas: HTMLCanvasElement, type: string): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, 0.85));
}

/** Cheap to compare with the sample before; the digest is taken only of what is sent. */
function fingerprint(bytes: Uint8Array): string {
  let hash = 2166136261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619);
  return `${bytes.length}:${hash >>> 0}`;
}
