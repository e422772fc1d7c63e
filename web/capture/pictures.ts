/** Pictures of what is drawn: how they are made, told apart and compared. */

import { blobOf } from "./painted";

/** A picture that is larger though nothing in it is lost is made with losses, but finer ones than of what moves. */
const LARGE_PICTURE_BYTES = 200 * 1024;
const [FINE, COARSE] = [0.85, 0.5];
/** Of a WebP picture without losses, near its beginning: a colour profile may come first. */
const LOSSLESS = "VP8L";
const HEAD_BYTES = 4096;
/** The fingerprint of what has nothing on it. */
export const BLANK = 1;

export interface Part {
  copy: HTMLCanvasElement;
  x: number;
  y: number;
}

/** As few bytes as show what rests exactly: PNG, or WebP where the browser makes it without losses and smaller. */
export async function encoded(
  copy: HTMLCanvasElement,
  { moves, isPhoto, goesOn }: { moves: boolean; isPhoto: boolean; goesOn(): boolean },
): Promise<[picture: Blob | null, isExact?: boolean]> {
  const about = moves ? await blobOf(copy, "image/webp", COARSE) : null;
  if (about && (isPhoto || !goesOn())) return [about];
  const png = await blobOf(copy, "image/png");
  if (!goesOn()) return [null];
  const whole = await blobOf(copy, "image/webp", 1);
  const isWhole = whole && (await whole.slice(0, HEAD_BYTES).text()).includes(LOSSLESS);
  const exact = isWhole && png && whole.size < png.size ? whole : png;
  if (about && !(exact && exact.size < about.size)) return [about];
  return exact && exact.size > LARGE_PICTURE_BYTES ? [await blobOf(copy, "image/webp", FINE)] : [exact, true];
}

/** Of its pixels, never 0; the digest is taken only of what is sent. Throws where they may not be read. */
export function fingerprint(copy: HTMLCanvasElement): number {
  let [hash, all] = [2166136261, 0];
  for (const pixel of pixelsOf(copy)) {
    hash = Math.imul(hash ^ pixel, 16777619);
    all |= pixel;
  }
  return all ? (hash >>> 0) + BLANK + 1 : BLANK;
}

function pixelsOf(copy: HTMLCanvasElement): Uint32Array {
  const { data } = copy.getContext("2d")!.getImageData(0, 0, copy.width, copy.height);
  return new Uint32Array(data.buffer);
}

/** The rectangle in which both differ, when it is less than half of all. */
export function changedPart(before: HTMLCanvasElement, copy: HTMLCanvasElement): Part | null {
  const { width, height } = copy;
  if (before.width !== width || before.height !== height) return null;
  const [were, are] = [pixelsOf(before), pixelsOf(copy)];
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let at = 0, y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (were[at] === are[at]) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  const part = document.createElement("canvas");
  [part.width, part.height] = [right - left, bottom - top];
  if (2 * part.width * part.height > width * height) return null;
  part.getContext("2d")!.drawImage(copy, -left, -top);
  return { copy: part, x: left, y: top };
}
