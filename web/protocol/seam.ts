/** The seams between the browser parts. Implementations live in loader/, capture/ and rebuild/. */

import type { AssetLine, AssetLineOptions } from "./asset_line";
import type { Unread } from "./operations";

export interface Viewport {
  width: number;
  height: number;
  dpr: number;
  screen_width: number;
  screen_height: number;
  zoom: number;
}

/** Digests of the subtrees that the tenant's store has, and which of those asked for, from 0 on, it wants. */
export interface SubtreeAnswer {
  known: string[];
  wanted: number[];
}

/** What the loader gives to the capture code when it injects it (`window.__alongsideCapture(host)` is called once). */
export interface CaptureHost {
  /** 32-bit number of this tab, and the pages of it that earlier documents left behind (session storage). */
  readonly tab: number;
  readonly masking: unknown;
  readonly mappings: Record<string, unknown>;
  readonly limits: Record<string, number>;
  /** Patterns of the hosts from which the server may read what this browser may not. */
  readonly assetHosts?: string[];
  /** Small values that survive the document, for this session only; erased at its end. */
  load(key: string): string | null;
  save(key: string, value: string): void;
  /** Queue one sequenced frame; returns its seq. Frames over the limit are refused with an Error. */
  send(kind: number, page: number, payload: Uint8Array, flags: number): number;
  /** Bytes queued but not yet on the wire: capture batches more while this is high. */
  backlogBytes(): number;
  /** Which of these are missing at the store; resolves when the server has answered. */
  offerAssets(assets: [sha256: string, sizeBytes: number, contentType: string][]): Promise<string[]>;
  /** How assets go up; said once, before the first. */
  useAssetLine(open: (options: AssetLineOptions) => AssetLine): void;
  uploadAsset(sha256: string, contentType: string, bytes: Uint8Array): Promise<boolean>;
  /** As `subtree_ask` of the protocol; nothing is known where the line breaks meanwhile. */
  askSubtrees?(names: string): Promise<SubtreeAnswer>;
  /** Tickets for a link to another origin of the tenant, and for a frame of one; `isNamed`: whether it is one. */
  readonly handOver?: { isNamed(origin: string): boolean; ticket(use: "mac" | "frame"): string };
  /** The loader's own element (`<alongside-assist>`): never captured. */
  readonly ownElement: Element;
}

export interface NativeUpdate {
  version?: number;
  pageId: string;
  root: unknown;
  /** data: URLs of the images that nodes name, by SHA-256 of their bytes. */
  images?: Record<string, string>;
}

/** What of the page the other side does not see, and where it is. */
export interface Hidden {
  /** As the other side has it; empty where nothing stands, null where nothing is sent. */
  text: string | null;
  /** It is shown within these only. */
  element: Element;
  rects(): Iterable<DOMRect>;
}

/** What the capture code returns; the loader drives it. */
export interface CaptureControl {
  /** Fresh snapshot of the current page (server's resync, or after resume). */
  resync(): void;
  /** Not told where the visitor has chosen it in another tab, which tells it. */
  pause(isTold?: boolean): void;
  resume(isTold?: boolean): void;
  /** Flush what is batched; called on pagehide and before ending. */
  flush(): void;
  stop(): void;
  /** The document is back after pagehide, and frames can be numbered again; until then nothing is sent. */
  wake(): void;
  /** Another tab of the session has gone: say so if this one is in front. */
  askFront(): void;
  /** What the agent does not see of the page, in steps of which many give nothing; null where it can't be told. */
  hidden(): Iterable<Hidden | null> | null;
  /** As assist/capture/page.schema.json says; throws for anything else. Its script has run (web/native). */
  nativePage(page: NativeUpdate & { title: string }): void;
  nativeUpdate(update: NativeUpdate): void;
}

/**
 * Console or review page → stage document, over one MessagePort handed over by `window.postMessage`. `received` is when
 * each frame came, on the server's clock. What is not live is replayed: it replaces what was there, or `goesOn` after it.
 */
export type StageCommand =
  | { type: "frames"; frames: ArrayBuffer[]; received: number[]; live: boolean; goesOn?: boolean }
  | { type: "queue"; page: number; frames: Uint8Array[] }
  | { type: "show"; page: number }
  | { type: "seek"; timeMs: number }
  | { type: "inspect"; on: boolean }
  | { type: "size"; width: number; height: number }
  | { type: "language"; language: string };

/** Said to the stage's document, and by it where it is ready to be handed the port. */
export const IS_THERE = "alongside-stage";

/** What a command's frames count for in the report that they are `taken`. */
export function bytesOf(frames: { byteLength: number }[]): number {
  return frames.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Stage document → console or review page. */
export type StageReport =
  | { type: "ready" }
  | {
      type: "applied";
      page: number;
      kind: "html" | "native";
      tab: number;
      seq: number;
      time: number;
      viewport: Viewport;
    }
  /** What a replay shows at the time that was sought. */
  | {
      type: "shown";
      page: number;
      kind: "html" | "native";
      url: string;
      title: string;
      viewport: Viewport;
      time: number;
    }
  /** When something was done to what a person has clicked in a replay; null where nothing was. */
  | { type: "picked"; time: number | null }
  /** A command with frames has been carried out; `bytes` as of `bytesOf`. */
  | { type: "taken"; bytes: number }
  | { type: "need"; page: number }
  | { type: "fault"; page: number; detail: string }
  | { type: "operation"; page: number; time: number; name: string; text: string }
  | { type: "unread"; page: number; items: Unread[] };

/** What `stage.js` offers to the video worker as `window.alongsideStage` (no console there). */
export interface Shown {
  page: number;
  kind: string;
  url: string;
  title: string;
  viewport: Viewport;
  /** Where the field is that something was typed into just before, in CSS pixels of the viewport; else null. */
  typed: [x: number, y: number, width: number, height: number] | null;
}

export interface StagePlayer {
  /** All frames of the archive in order, each with the time at which the server got it. Returns the span. */
  load(entries: { at: number; frame: Uint8Array }[]): Promise<{ startMs: number; endMs: number }>;
  /** Bring the stage to the state just before `atMs`; resolves when images, fonts and layout are settled. */
  seek(atMs: number): Promise<Shown>;
  /** Times (ms) after `atMs` at which something is applied, so that the worker steps from change to change. */
  changes(fromMs: number, toMs: number): number[];
  /** Pointer position and clicks for the worker to draw. */
  marks(fromMs: number, toMs: number): { at: number; kind: string; x: number; y: number }[];
}
