/** What another document of the tenant's gets of a session, for the desk (assist/channel/hand_over.py). */

import { joined } from "../protocol/bytes";
import { bytesOf, hmac } from "../protocol/sha256";
import { unhexed } from "./hex";

const LIFE_SECONDS = 60;
const NONCE_BYTES = 16;
const MAC_BYTES = 16;
/** Of two HMAC-SHA256, more than any token has. */
const PAD_BYTES = 64;

interface Given {
  /** Hex. */
  key: string;
  session: string;
  token: string;
  clockOffsetMs: number;
}

/**
 * Session, end of life, nonce, the channel token under a pad of the nonce, and the MAC of it all; as base64url. One for a
 * frame proves that there is a session, and gives no way in.
 */
export function ticket({ key, session, token, clockOffsetMs }: Given, use: "mac" | "frame"): string {
  const secret = unhexed(key);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const ends = new Uint8Array(4);
  new DataView(ends.buffer).setUint32(0, (Date.now() + clockOffsetMs) / 1000 + LIFE_SECONDS);
  const pad = joined(["1", "2"].map((block) => hmac(secret, joined([bytesOf(block), nonce]))));
  const hidden = bytesOf(token.slice(0, PAD_BYTES)).map((byte, at) => byte ^ pad[at]!);
  const body = joined([unhexed(session.replaceAll("-", "")), ends, nonce, hidden]);
  const mac = hmac(secret, joined([bytesOf(use), body])).subarray(0, MAC_BYTES);
  const text = String.fromCharCode(...joined([body, mac]));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
