/** Which fonts the page has needed: a sheet names many, of which the browser loads those that it shows something in. */

import { replaceUrls } from "../protocol/css";

const RULE = /@font-face\s*\{[^}]*\}/gi;
/** Names in rules, and of the same in script. */
const DESCRIPTORS = { weight: "font-weight", style: "font-style", unicodeRange: "unicode-range" };

/** By URL, the faces that are loaded from it. */
const faces = new Map<string, Set<string>>();
/** Whether a face has been needed, for all that is asked in one go. */
let needed: Map<string, boolean> | null = null;

export function learnFaces(text: string, base: string): void {
  for (const rule of text.match(RULE) ?? []) {
    const face = faceIn(rule);
    replaceUrls(rule, base, ({ url }) => {
      faces.set(url, (faces.get(url) ?? new Set()).add(face));
      return url;
    });
  }
}

/** Whether it is of faces alone that no document has needed; a face that is not found there may have been. */
export function isIdle(url: string): boolean {
  const own = faces.get(url);
  if (!own) return false;
  const isNeeded = needed ?? lookAtFaces();
  return [...own].every((name) => isNeeded.get(name) === false);
}

function lookAtFaces(): Map<string, boolean> {
  const found = new Map<string, boolean>();
  for (const face of facesIn(window)) {
    const name = nameOf(face);
    found.set(name, found.get(name) || face.status !== "unloaded");
  }
  queueMicrotask(() => (needed = null));
  needed = found;
  return found;
}

function* facesIn(view: Window): Iterable<FontFace> {
  try {
    yield* view.document.fonts;
  } catch {
    return; // of another origin
  }
  for (let at = 0; at < view.length; at++) yield* facesIn(view[at]!);
}

/** As the browser says it: a range or a weight can be written in many ways. */
function faceIn(rule: string): string {
  const said = (name: string): string | undefined => new RegExp(`[{;\\s]${name}\\s*:\\s*([^;}]+)`, "i").exec(rule)?.[1];
  const given = Object.entries(DESCRIPTORS).flatMap(([name, written]) =>
    said(written) ? [[name, said(written)]] : [],
  );
  const face = new FontFace(said("font-family") ?? "", "local(x)", Object.fromEntries(given));
  face.loaded.catch(() => undefined); // or the page would hear of what can't be read
  return nameOf(face);
}

function nameOf({ family, weight, style, unicodeRange }: FontFace): string {
  const bold = { normal: "400", bold: "700" }[weight] ?? weight;
  return [family.replace(/["'\\]/g, "").trim(), bold, style, unicodeRange].join();
}
