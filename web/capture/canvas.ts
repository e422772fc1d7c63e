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
  /** Digest of the picture that the other side has. */
  sent: string;
  /** Fingerprint of the last sample. */
  last: string;
  busy: boolean;
}

interface Taken {
  canvas: HTMLCanvasElement;
  at: number;
  blob: Blob;
}

export class Canvases {
  private readonly seen = new WeakMap<HTMLCanvasElement, Seen>();
  private operations: [canvas: HTMLCanvasElement, at: number, sha256: string][] = [];
  private readonly timer: number;
  private restsUntil = 0;
  /** Nothing is sampled before it is decided how the page is sent. */
  private shown = false;

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
      this.seen.set(canvas, { sent, last: "", busy: false });
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

  /** Until the page is sent or shown again. */
  rest(): void {
    this.shown = false;
  }

  drain(): Operation[] {
    const operations: Operation[] = [];
    for (const [canvas, at, sha256] of this.operations.splice(0)) {
      const id = this.recorder.idOf(canvas);
      if (id) operations.push(["canvas", at, id, sha256]);
    }
    return operations;
  }

  private all(): HTMLCanvasElement[] {
    return Array.from(this.top.querySelectorAll("canvas"));
  }

  private soon(): void {
    requestAnimationFrame(() => this.sample());
  }

  private sample(): void {
    if (!this.shown) return;
    for (const canvas of this.all()) void this.follow(canvas);
  }

  /** One picture of a canvas is on its way at a time; what it waits for holds no other canvas up. */
  private async follow(canvas: HTMLCanvasElement): Promise<void> {
    const seen = this.seen.get(canvas) ?? { sent: "", last: "", busy: false };
    if (seen.busy) return;
    this.seen.set(canvas, seen);
    seen.busy = true;
    try {
      const at = Date.now();
      const blob = await this.picture(canvas);
      if (blob) await this.compare({ canvas, at, blob }, seen);
    } finally {
      seen.busy = false;
    }
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

  private async compare(taken: Taken, seen: Seen): Promise<void> {
    const bytes = new Uint8Array(await taken.blob.arrayBuffer());
    const print = fingerprint(bytes);
    if (seen.last === print || Date.now() < this.restsUntil) return;
    seen.last = print;
    const sha256 = await this.assets.digest(bytes);
    if (!this.shown || seen.sent === sha256 || !(await this.assets.put(bytes, taken.blob.type))) return;
    // A snapshot that was sent meanwhile begins anew.
    if (this.seen.get(taken.canvas) !== seen) return;
    seen.sent = sha256;
    this.operations.push([taken.canvas, taken.at, sha256]);
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
