/**
 * Pictures of canvases, at most two a second each, and of films, where they stand; only when they changed. What moves
 * is about as it was, and exact as soon as it rests.
 */

import { NODE, type Operation, type Node as TreeNode } from "../protocol/operations";
import { childrenOf } from "../protocol/tree";
import { hash } from "./asset_bytes";
import type { Assets } from "./assets";
import { Drawings } from "./drawings";
import { noteUnreadable } from "./gaps";
import type { Masking } from "./masking";
import { painted } from "./painted";
import { BLANK, changedPart, encoded, fingerprint } from "./pictures";
import type { Recorder } from "./recorder";

/**
 * What has changed is looked at again: no picture is made before it has come to rest, or has moved for so long. Charts
 * that open move for a second, and on a busy machine for longer.
 */
const LOOK_AGAIN_MS = 100;
const SHORT_MOVE_MS = 2000;
/** Two looks: what is animated on a busy machine stands still for one. */
const RESTS_MS = 180;
/** No more than two pictures a second, whichever look finds that it has changed. */
const MOVING_EVERY_MS = 400;
/** A look may take this share of the time. */
const LOOK_SHARE = 8;
/** After a return, what animates again is given the time to come to rest before it is compared. */
const REST_MS = 2500;
/** A larger one is always sent whole: what was sent is kept to compare with, 4 bytes a pixel. */
const MOST_KEPT_PIXELS = 4e6;
/** A film that plays would be as large as a film. */
const FILM_EVERY_MS = 5000;
/** A canvas that moves on and on takes no more of the line, about what a video of it would. */
const BYTES_A_MS = 16;
/** What it has not taken for so long it may take at once: a drawing that comes to rest is there when it does. */
const SPARED_MS = 15_000;
const DRAWN = "canvas,video";
const NAMED_DIGITS = 8;

type Drawn = HTMLCanvasElement | HTMLVideoElement;

interface Seen {
  /** The picture that the other side has. */
  sent: string;
  /** The last one that was sent whole and exactly. */
  whole?: Whole;
  /** Fingerprint of what that picture shows exactly; 0 while it is only about as it was. */
  exact: number;
  /** Fingerprint of the last sample, when it was another than that before, and since when it has not come to rest. */
  last: number;
  changedAt: number;
  since: number;
  /** When the next picture may be taken. */
  nextAt: number;
  busy: boolean;
  /** When the last picture was taken. */
  at: number;
}

interface Whole {
  sha256: string;
  copy: HTMLCanvasElement;
  print: number;
}

/** A copy of what is drawn, so that it stays as it was while it is encoded. */
interface Taken {
  drawn: Drawn;
  copy: HTMLCanvasElement;
  at: number;
  print: number;
  moves: boolean;
}

export class Canvases {
  private readonly seen = new WeakMap<Drawn, Seen>();
  private operations: [canvas: Drawn, at: number, sha256: string][] = [];
  private again = 0;
  private restsUntil = 0;
  /** Of those that can't be read later: what was on them when they were drawn last. */
  private readonly kept = new WeakMap<Drawn, HTMLCanvasElement>();
  private readonly drawings = new Drawings((canvas) => this.keep(canvas));
  /** Nothing is sampled before it is decided how the page is sent. */
  private shown = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly assets: Assets,
    private readonly masking: Masking,
    private readonly changed: () => void,
  ) {}

  stop(): void {
    clearTimeout(this.again);
    this.shown = false;
    this.drawings.stop();
  }

  /** Digests of the pictures as last sent, in document order. */
  pictures(): string[] {
    return this.inOrder().map((canvas) => this.seen.get(canvas)?.sent ?? "");
  }

  /** The other side shows these again, which it knows by their beginnings; what differs is sent once it rests. */
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
      this.seen.set(canvas, { ...UNSEEN, sent });
      shown.push([this.recorder.idOf(canvas), sent.slice(0, NAMED_DIGITS)]);
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
    this.again = 0;
    if (!this.shown) return;
    for (const canvas of this.all()) void this.follow(canvas);
  }

  /** One picture of a canvas is on its way at a time; what it waits for holds no other canvas up. */
  private async follow(drawn: Drawn): Promise<void> {
    const at = Date.now();
    const seen = this.seen.get(drawn) ?? { ...UNSEEN };
    if (seen.busy || at < seen.nextAt || at < this.restsUntil) return;
    if (isPlaying(drawn) && at - seen.at < FILM_EVERY_MS) return;
    this.seen.set(drawn, seen);
    const copy = this.copied(drawn);
    const print = copy && this.print(drawn, copy);
    if (!print || (print === BLANK && this.isGone(drawn, seen))) return;
    if (print !== seen.last) [seen.last, seen.changedAt] = [print, at];
    const moves = at - seen.changedAt < RESTS_MS;
    seen.since = moves ? seen.since || at : 0;
    if (moves && at - seen.since < SHORT_MOVE_MS && !isPlaying(drawn)) this.lookAgain(at);
    else if (print !== seen.exact) {
      seen.busy = true;
      await this.send({ drawn, copy, at, print, moves }, seen).finally(() => (seen.busy = false));
    }
  }

  /** `at` is when the look began that has just ended. */
  private lookAgain(at: number): void {
    clearTimeout(this.again);
    this.again = window.setTimeout(() => this.look(), Math.max(LOOK_AGAIN_MS, LOOK_SHARE * (Date.now() - at)));
  }

  /** In an animation frame, while the buffer of what WebGL draws in each is still there. */
  private copied(drawn: Drawn): HTMLCanvasElement | null {
    if (!this.isSeen(drawn) || (isFilm(drawn) && !isShown(drawn))) return null;
    return painted(this.kept.get(drawn) ?? drawn);
  }

  private isSeen(drawn: Drawn): boolean {
    return drawn.isConnected && this.recorder.idOf(drawn) > 0 && !this.masking.masksText(drawn);
  }

  /** What is blank may be what WebGL has drawn before; a canvas that was not blank has a context, and gets no other. */
  private isGone(drawn: Drawn, seen: Seen): boolean {
    this.drawings.watch(drawn.ownerDocument.defaultView);
    return seen.last > BLANK && !isFilm(drawn) && !drawn.getContext("2d");
  }

  private keep(canvas: HTMLCanvasElement): void {
    if (!this.shown || !this.isSeen(canvas)) return;
    const kept = this.kept.get(canvas) ?? document.createElement("canvas");
    this.kept.set(canvas, kept);
    kept.width = canvas.width; // which clears it as well
    kept.height = canvas.height;
    kept.getContext("2d")?.drawImage(canvas, 0, 0);
    if (!this.again) this.lookAgain(Date.now());
  }

  private print(drawn: Drawn, copy: HTMLCanvasElement): number {
    try {
      const print = fingerprint(copy);
      this.noteGap(drawn, false);
      return print;
    } catch (error) {
      if ((error as Error).name === "SecurityError") this.noteGap(drawn, true);
      return 0;
    }
  }

  private noteGap(canvas: Drawn, isSo: boolean): void {
    if (noteUnreadable(canvas, "canvas", isSo)) this.recorder.mark(canvas);
  }

  private async send(taken: Taken, seen: Seen): Promise<void> {
    const { drawn, at, print, moves } = taken;
    [seen.at, seen.exact] = [at, moves ? 0 : print];
    const picture = print === seen.whole?.print ? seen.whole.sha256 : await this.upload(taken, seen);
    // A rule may have come to cover it meanwhile, and a snapshot that was sent meanwhile begins anew.
    if (
      !picture ||
      !this.shown ||
      this.masking.masksText(drawn) ||
      this.seen.get(drawn) !== seen ||
      seen.sent === picture
    )
      return;
    seen.sent = picture;
    this.operations.push([drawn, at, picture]);
    this.changed();
  }

  /** What the other side does not have of it; returns how it is called there, nothing where it can't be shown. */
  private async upload({ drawn, copy, at, print, moves }: Taken, seen: Seen): Promise<string> {
    const { whole } = seen;
    const part = whole && changedPart(whole.copy, copy);
    const how = { moves, isPhoto: isFilm(drawn), goesOn: () => this.shown };
    const [blob, isExact] = await encoded(part?.copy ?? copy, how);
    if (!blob) return "";
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const sha256 = await hash(bytes);
    if (!this.shown || this.masking.masksText(drawn) || !(await this.assets.put(bytes, blob.type))) return "";
    seen.nextAt = Math.max(seen.nextAt, at - SPARED_MS) + bytes.length / BYTES_A_MS;
    if (moves) seen.nextAt = Math.max(seen.nextAt, at + MOVING_EVERY_MS);
    if (part) return `${whole.sha256} ${sha256} ${part.x} ${part.y}`;
    if (isExact && copy.width * copy.height <= MOST_KEPT_PIXELS) seen.whole = { sha256, copy, print };
    return sha256;
  }
}

const UNSEEN: Seen = { sent: "", exact: 0, last: 0, changedAt: 0, since: 0, nextAt: 0, busy: false, at: 0 };

/** Not of a camera, a screen or a call: what is seen there is nobody's business. */
function isShown(film: HTMLVideoElement): boolean {
  return !film.srcObject && film.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
}

function isFilm(drawn: Drawn): drawn is HTMLVideoElement {
  return drawn.localName === "video";
}

function isPlaying(drawn: Drawn): boolean {
  return isFilm(drawn) && !drawn.paused;
}
