import type { DeflateStream } from "../../../web/protocol/deflate";

/** The bytes that carry `text`. */
export function deflated(stream: DeflateStream, text: string): Uint8Array<ArrayBuffer> {
  stream.add(text);
  return stream.flush();
}
