/** What the loader gives to the capture code. */

import type { CaptureHost } from "../protocol/seam";
import { FrameKind } from "../protocol/wire";
import type { AssetUploads } from "./assets";
import type { Channel } from "./channel";
import type { Welcome } from "./channel_options";
import { fits } from "./origins";
import { loadValue, type Saved, saveValue } from "./store";
import { ticket } from "./ticket";

export interface HostParts {
  welcome: Welcome;
  welcomedAt: number;
  saved: Saved;
  uploads: AssetUploads;
  ownElement: Element;
  /** Null once the session is over. */
  channel(): Channel | null;
  /** PAUSE or RESUME goes out. */
  onChoice(kind: number, seq: number): void;
}

export function captureHost({
  welcome,
  welcomedAt,
  saved,
  uploads,
  ownElement,
  channel,
  onChoice,
}: HostParts): CaptureHost {
  const { masking, mappings, limits, tab, time, hand_over, asset_hosts } = welcome;
  const { sessionId: session, channelToken: token } = saved as Required<Saved>;
  return {
    handOver: {
      isNamed: (origin) => (hand_over.origins as string[]).some((pattern) => fits(origin, pattern)),
      ticket: (use) => ticket({ key: hand_over.key, session, token, clockOffsetMs: time - welcomedAt }, use),
    },
    tab,
    masking,
    mappings,
    limits,
    assetHosts: asset_hosts as string[],
    load: loadValue,
    save: saveValue,
    send: (kind, page, payload, flags) => {
      const seq = channel()?.send(kind, page, payload, flags) ?? 0;
      if (kind === FrameKind.PAUSE || kind === FrameKind.RESUME) onChoice(kind, seq);
      return seq;
    },
    backlogBytes: () => channel()?.backlogBytes() ?? 0,
    useAssetLine: (open) => uploads.useLine(open),
    offerAssets: (assets) => uploads.offer(assets),
    askSubtrees: (names) => uploads.askSubtrees(names),
    uploadAsset: (sha256, contentType, bytes) => uploads.upload(sha256, contentType, bytes),
    ownElement,
  };
}
