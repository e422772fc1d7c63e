/** The way on which assets go up: the capture code brings it along, the loader says when and what. */

import type { UploadMessageAsset, UploadReplyFetched } from "./wire";

/** The connection broke. */
export const LOST = "lost";

export type AssetHead = Omit<UploadMessageAsset, "type" | "size_bytes">;

export interface AssetLineOptions {
  url: string;
  token: string;
  /** Resolves when operations leave room. */
  calm(): Promise<void>;
}

export interface AssetLine {
  /** Resolves with "" when the asset is kept, LOST when the connection broke, else with the reason. */
  send(head: AssetHead, body: Uint8Array<ArrayBuffer>): Promise<string>;
  /** What the server read there itself; `code` is LOST when the connection broke. */
  fetch(url: string): Promise<Omit<UploadReplyFetched, "type" | "id">>;
  close(): void;
}
