/**
 * The seam between the stub of the loader, which every page gets, and the rest of it, which comes when there is
 * something to do. The two can be of different builds: a change of this file makes another CONTRACT, by which they know
 * that they don't fit (web/build.mjs).
 */

declare const STUB_CONTRACT: string;
/** Of this build. */
export const CONTRACT = STUB_CONTRACT;

/** What the script tag says. */
export interface AppOptions {
  base: string;
  publicKey: string;
  language: string;
  nonce: string;
  hasButton: boolean;
}

export interface Identity {
  id?: string;
  name?: string;
  email?: string;
  signature?: string;
}

/** What was said before the rest was there, and still holds. */
export interface Said {
  identity: Identity;
  page?: never;
  update?: never;
}

/** `<alongside-assist>`, its shadow root, and the element in it whose children are what the visitor sees. */
export interface Shell {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
  readonly shown: HTMLElement;
  /** Null where the application has a button of its own. */
  helpButton(ask: () => void): HTMLElement | null;
}

/** Documents of one origin with the same script tag hear each other here. */
export interface Radio {
  /** The number of the last question, which an answer repeats in `to`. */
  readonly asked: number;
  hear(message: RadioMessage): void;
  open(): void;
  /** An open channel keeps a document out of the back/forward cache. */
  close(): void;
  /** Who is in a live session answers, sooner or later. */
  ask(): void;
  say(message: RadioMessage): void;
}

export interface RadioMessage {
  /** A number of the question, which the answer repeats in `to`. */
  asks?: number;
  to?: number;
  /** The request or session that the sender is in, and the sender's tab. */
  of?: string;
  tab?: number;
  /** What another document needs to join. */
  live?: object;
  /** The visitor's choice, which counts for all tabs. */
  choice?: "pause" | "resume" | "end";
}

export type EventName = "requested" | "link" | "live" | "ended";

export interface TrustedPolicy {
  createScript(text: string): string;
  createScriptURL(url: string): string;
}

export interface Stub {
  readonly options: AppOptions;
  readonly shell: Shell;
  readonly radio: Radio;
  readonly said: Said;
  /** Where Trusted Types are not enforced, plain text does. */
  readonly policy: TrustedPolicy;
  /** To those who have asked for it by `Alongside.on`. */
  emit(name: EventName, detail: unknown): void;
}

/** What the address of the page had for us: of an invite link, of a link that takes the session along. */
export interface Tokens {
  token: string | null;
  ticket: string | null;
}

/** When help was asked for, which may be before the rest was there. */
export interface Moment {
  identity: Identity;
  address: string;
  title: string;
}

/** The rest. */
export interface Assistance {
  /** Goes on with what this tab has begun. */
  start(tokens: Tokens): Promise<void>;
  /** Another tab is in this live session. */
  join(live: object): void;
  openForm(): void;
  request(values: object, moment: Moment): Promise<{ requestId: string }>;
  end(): void;
  nativePage(page: never): void;
  nativeUpdate(update: never): void;
}

/** The script element of the rest has this while it runs. */
export interface RestScript extends HTMLScriptElement {
  take?(contract: string, make: (stub: Stub) => Assistance): void;
}
