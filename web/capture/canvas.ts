/** Pictures of canvases, at most two a second each, and of films, where they stand; only when they changed. */

import { NODE, type Operation, type Node as TreeNode } from "../protocol/operations";
import { childrenOf } from "../protocol/tree";
import type { Assets } from "./assets";
import { noteUnreadable } from "./gaps";
import type { Masking } from "./masking";
import { blobOf, painted } from "./painted";
import type { Recorder } from "./recorder";

/** After a return, what animates again is given the time to come to rest before it is compared. */
const REST_MS = 2500;
const LARGE_PICTURE_BYTES = 200 * 1024;
/** A film that plays would be as large as a film. */
const FILM_EVERY_MS = 5000;
/** A canvas that moves on and on takes no more of the line, about what a video of it would. */
const BYTES_A_MS = 16;
/** What it has not taken for so long it may take at once: a drawing that comes to rest is there when it does. */
const SPARED_MS = 15_000;
const DRAWN = "canvas,video";

type Drawn = HTMLCanvasElement | HTMLVideoElement;

interface Seen {
  /** Digest of the picture that the other side has. */
  sent: string;
  /** Fingerprint of the last sample. */
  last: string;
  /** When the next picture may be taken. */
  nextAt: number;
  busy: boolean;
  /** When the last sample was taken. */
  at: number;
}

interface Taken {
  canvas: Drawn;
  at: number;
  blob: Blob;
}

export class Canvases {
  private readonly seen = new WeakMap<Drawn, Seen>();
  private operations: [canvas: Drawn, at: number, sha256: string][] = [];
  private restsUntil = 0;
  /** Nothing is sampled before it is decided how the page is sent. */
  private shown = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly assets: Assets,
    private readonly masking: Masking,
    private readonly changed: () => void,
  ) {}

  /** Digests of the pictures as last sent, in document order. */
  pictures(): string[] {
    return this.inOrder().map((canvas) => this.seen.get(canvas)?.sent ?? "");
  }

  /** The other side shows these again: send only what differs once it has come to rest. */
  restore(pictures: string[]): [number, string][] {
    const canvases = this.inOrder();
    this.shown = true;
    this.operations = [];
    if (pictures.length !== canvases.length) return [];
    this.restsUntil = Date.now() + REST_MS;
    const shown: [number, string][] = [];
    canvases.forEach((canvas, at) => {
      const sent = pictures[at]!;
      if (!sent) return;
      this.seen.set(canvas, { sent, last: "", nextAt: 0, busy: false, at: 0 });
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
    this.look();
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

  /** Also those in frames and shadow roots. */
  private all(): Drawn[] {
    return Array.from(this.recorder.roots()).flatMap((root) => Array.from(root.querySelectorAll<Drawn>(DRAWN)));
  }

  private inOrder(): Drawn[] {
    const found: Drawn[] = [];
    const walk = (node: TreeNode): void => {
      const drawn = node[0] === NODE.ELEMENT && /^(canvas|video)$/.test(node[2]) && this.recorder.nodeOf(node[1]);
      if (drawn) found.push(drawn as Drawn);
      childrenOf(node)?.forEach(walk);
    };
    walk(this.recorder.model.root);
    return found;
  }

  /** With the next frame. */
  look(): void {
    requestAnimationFrame(() => this.sample());
  }

  private sample(): void {
    if (!this.shown) return;
    for (const canvas of this.all()) void this.follow(canvas);
  }

  /** One picture of a canvas is on its way at a time; what it waits for holds no other canvas up. */
  private async follow(canvas: Drawn): Promise<void> {
    const seen = this.seen.get(canvas) ?? { sent: "", last: "", nextAt: 0, busy: false, at: 0 };
    if (seen.busy || Date.now() < seen.nextAt) return;
    if (isPlaying(canvas) && Date.now() - seen.at < FILM_EVERY_MS) return;
    this.seen.set(canvas, seen);
    seen.busy = true;
    try {
      const at = (seen.at = Date.now());
      const blob = await this.picture(canvas);
      if (blob) await this.compare({ canvas, at, blob }, seen);
    } finally {
      seen.busy = false;
    }
  }

  /** Asked for synchronously in an animation frame, while a WebGL drawing buffer is still there. */
  private async picture(canvas: Drawn): Promise<Blob | null> {
    if (!canvas.isConnected || !this.recorder.idOf(canvas)) return null;
    if (this.isHidden(canvas)) return null;
    try {
      const taken = await pictureOf(canvas);
      this.noteGap(canvas, false);
      return this.isHidden(canvas) ? null : taken; // a rule may have come to cover it meanwhile
    } catch (error) {
      if ((error as Error).name === "SecurityError") this.noteGap(canvas, true);
      return null;
    }
  }

  private isHidden(canvas: Drawn): boolean {
    return this.masking.blocks(canvas) || this.masking.masksText(canvas);
  }

  private noteGap(canvas: Drawn, isSo: boolean): void {
    if (noteUnreadable(canvas, "canvas", isSo)) this.recorder.mark(canvas);
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
    seen.nextAt = Math.max(seen.nextAt, taken.at - SPARED_MS) + bytes.length / BYTES_A_MS;
    this.operations.push([taken.canvas, taken.at, sha256]);
    this.changed();
  }
}

async function pictureOf(drawn: Drawn): Promise<Blob | null> {
  const png = await pngOf(drawn);
  if (!png || png.blob.size <= LARGE_PICTURE_BYTES) return png?.blob ?? null;
  return await blobOf(png.canvas, "image/webp");
}

async function pngOf(drawn: Drawn): Promise<{ canvas: HTMLCanvasElement; blob: Blob } | null> {
  const canvas = isFilm(drawn) ? filmOf(drawn) : drawn;
  if (!canvas?.width || !canvas.height) return null;
  try {
    return withBlob(canvas, await blobOf(canvas, "image/png"));
  } catch (error) {
    if ((error as Error).name !== "InvalidStateError") throw error;
    const copy = painted(canvas)!; // a worker draws it, but what it shows can be copied
    return withBlob(copy, await blobOf(copy, "image/png"));
  }
}

function withBlob(canvas: HTMLCanvasElement, blob: Blob | null): { canvas: HTMLCanvasElement; blob: Blob } | null {
  return blob && { canvas, blob };
}

/** Not of a camera, a screen or a call: what is seen there is nobody's business. */
function filmOf(film: HTMLVideoElement): HTMLCanvasElement | null {
  return film.srcObject || film.readyState < HTMLMediaElement.HAVE_CURRENT_DATA ? null : painted(film);
}

function isFilm(drawn: Drawn): drawn is HTMLVideoElement {
  return drawn.localName === "video";
}

function isPlaying(drawn: Drawn): boolean {
  return isFilm(drawn) && !drawn.paused;
}

/** Cheap to compare with the sample before; the digest is taken only of what is sent. */
function fingerprint(bytes: Uint8Array): string {
  let hash = 2166136261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619);
  return `${bytes.length}:${hash >>> 0}`;
}
