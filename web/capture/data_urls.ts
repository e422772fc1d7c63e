/** Assets that stand in their own address; and what is no asset. */

export const TYPES =
  /^(image\/|font\/|text\/css|application\/(x-)?font|application\/vnd\.ms-fontobject|application\/octet-stream)/;

/** The message is a code. */
export class Refused extends Error {}

/** Throws Refused. */
export function fromDataUrl(url: string): { bytes: Uint8Array; type: string } {
  const comma = url.indexOf(",");
  const head = url.slice(5, comma);
  const body = decodeURIComponent(url.slice(comma + 1));
  const text = head.endsWith(";base64") ? atob(body) : unescape(encodeURIComponent(body));
  const type = head.split(";")[0] || "text/plain";
  if (!TYPES.test(type)) throw new Refused("type");
  return { type, bytes: Uint8Array.from(text, (letter) => letter.charCodeAt(0)) };
}
