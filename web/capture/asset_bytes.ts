/** Of what types assets are, and the bytes of those that stand in an address. */

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
