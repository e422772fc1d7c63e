/**
 * What survives a page load of a multi-page application, in this tab only (session storage): the request, the session,
 * and frames that are not safe at the server yet. Erased when the session ends. Where storage is refused or full, the
 * session lives for this document only.
 */

import type { Landed } from "./api";

const PREFIX = "alongside:";
const STATE = `${PREFIX}state`;
const FRAMES = `${PREFIX}frames`;
const VALUE = `${PREFIX}value:`;
const ENDING = `${PREFIX}ending`;

/** A session that the visitor has ended while the server could not be told; `next` as in Outbox. */
export interface Ending {
  url: string;
  token: string;
  tab: number;
  next: number;
}

export interface Saved {
  phase: "requested" | "linked" | "live";
  requestId?: string;
  requestToken?: string;
  message?: string;
  agentName?: string;
  link?: string;
  /** The link on which this tab has landed, until the visitor has decided. */
  landing?: { token: string; landed: Landed };
  sessionId?: string;
  channelToken?: string;
  socketUrl?: string;
  tab?: number;
  paused?: boolean;
  /** Names of fields that hide what is entered, from another tab: a form may open its answer in this one. */
  fields?: string;
  /** The document that wrote this has been left in an orderly way, so that whoever reads it is its successor. */
  isLeft?: boolean;
  /** The address of the capture code that this session got first: the browser's cache knows it. */
  captureUrl?: string;
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): boolean {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

/** Whether an earlier document of this tab has left something to go on with. */
export function hasSomething(): boolean {
  return read(STATE) !== null || read(ENDING) !== null;
}

export function loadState(): Saved | null {
  try {
    return JSON.parse(read(STATE) ?? "null") as Saved | null;
  } catch {
    return null;
  }
}

export function saveState(state: Saved): void {
  write(STATE, JSON.stringify(state));
}

export function loadValue(key: string): string | null {
  return read(VALUE + key);
}

export function saveValue(key: string, value: string): void {
  write(VALUE + key, value);
}

/** What a document said last may never have been sent: the next one says it again. */
export function forgetSaid(): void {
  saveValue("shelf", "");
  saveValue("viewport", "");
}

/** False where there is no room. */
export function saveFrames(text: string | null): boolean {
  return write(FRAMES, text);
}

export function loadFrames(): string | null {
  return read(FRAMES);
}

export function saveEnding(ending: Ending): void {
  write(ENDING, JSON.stringify(ending));
}

/** Whoever takes it sees to it. */
export function takeEnding(): Ending | null {
  const saved = read(ENDING);
  write(ENDING, null);
  return saved ? (JSON.parse(saved) as Ending) : null;
}

export function erase(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // Storage is refused: nothing was kept.
  }
}
