/** Of what types assets are, the bytes of those that stand in an address, and the name of any. */

import { sha256Hex } from "../protocol/sha256";

export const TYPES =
  /^(image\/|font\/|text\/css|application\/(x-)?font|application\/vnd\.ms-fontobject|application\/octet-stream)/;

/** Its message is the reason, as the console has words for it. */
export class Refused extends Error {}

export function fromDataUrl(url: string): { bytes: Uint8Array; type: string } {
  const comma = url.indexOf(",");
  const head = url.slice(5, comma);
  const body = decodeURIComponent(url.slice(comma + 1));
  const text = head.endsWith(";base64") ? atob(body) : unescape(encodeURIComponent(body));
  const type = head.split(";")[0] || "text/plain";
  if (!TYPES.test(type)) throw new Refused("type");
  return { type, bytes: Uint8Array.from(text, (letter) => letter.charCodeAt(0)) };
}

/** SHA-256, hex. */
export async function hash(bytes: Uint8Array): Promise<string> {
  if (!globalThis.crypto?.subtle) return sha256Hex(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
