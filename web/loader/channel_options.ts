/** What the channel needs to know, and whom it tells what it hears. */

import type { SubtreeAnswer } from "../protocol/seam";
import type { CaptureCode, HandOver, Watching } from "../protocol/wire";

export type { SubtreeAnswer };

export interface Welcome {
  session: string;
  tab: number;
  stored: number;
  durable: number;
  credit: number;
  capture: CaptureCode;
  native?: CaptureCode;
  masking: unknown;
  mappings: Record<string, unknown>;
  watching: Watching;
  paused: boolean;
  time: number;
  limits: Record<string, number>;
  hand_over: HandOver;
  asset_hosts: unknown[];
}

export interface ChannelEvents {
  welcome(welcome: Welcome): void;
  /** After `revive`: what other documents of this tab have left is here, and it can go on. */
  back(): void;
  /** A whole script, deflated; which one, 0 is the capture code itself. */
  captureCode(deflated: Uint8Array<ArrayBuffer>, which: number): void;
  watchers(now: Watching): void;
  assetWant(assets: string[]): void;
  subtrees(answer: SubtreeAnswer): void;
  resync(): void;
  /** The visitor's choice in another tab. */
  paused(isPaused: boolean): void;
  front(): void;
  offline(): void;
  ended(reason: string): void;
}

export interface ChannelOptions {
  url: string;
  token: string;
  tab: number;
  loader: string;
  /** SHA-256 of the scripts that are cached (`native` only where it is needed), and how they can run here. */
  hello(): { capture: string; native?: string; injection: string };
  events: ChannelEvents;
  /** Connect only to say that the session has ended; the next seq of the document that could not. */
  endFrom?: number;
}
