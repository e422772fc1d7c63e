// Written by `manage.py generate_protocol` from assist/channel/protocol.py: change it there.

export const PROTOCOL_VERSION = 1;
export const HEADER_BYTES = 20;
export const LENGTH_BYTES = 4;
export const MAX_FRAME_BYTES = 262144;
export const TAB_SHIFT = 16;
export const SHELF_COUNTER = 65535;
export const FLAG_BITS = 15;
export const SHORT_HEAD = 128;
export const FLUSHED = 16;
export const SOON = 32;
export const MOST_SHORT_MS = 65535;
export const NEXT_HEAD = 192;
export const STEP_MS = 4;
export const OTHER_HEAD = 64;
export const LATENCY_BUCKETS_MS = [10, 20, 30, 40, 50, 60, 80, 100, 125, 150, 200, 300, 400, 600, 1000, 2000, 5000, 10000];
export const CONTROL_WORDS = ["{\"url\":\"http", "\",\"title\":\"", "\",\"kind\":\"html\"", "\",\"kind\":\"native\"", "\"viewport\":{\"width\":", "{\"width\":", ",\"height\":", ",\"dpr\":1", ",\"screen_width\":", ",\"screen_height\":", ",\"zoom\":1}", "{\"digest\":\"", ",\"checkpoint\":\"", ",\"at_seq\":", ",\"volatile\":{", "\"scroll\":[[", "\"values\":[[", "\"canvas\":[[", "\"media\":[[", "\"focus\":", "\"hover\":", ",\"ring\":0", "\"]", "]],", "],[", "••••"];

export enum FrameKind {
  PAGE_ENTER = 1,
  SNAPSHOT = 2,
  OPERATIONS = 3,
  PAGE_LEAVE = 4,
  PAGE_CLOSE = 5,
  HISTORY = 6,
  VIEWPORT = 7,
  PAUSE = 8,
  RESUME = 9,
  GAP = 10,
  VISIBILITY = 11,
  CAPTURE_CODE = 32,
  BUNDLE = 33,
  SESSION_START = 40,
  TAB_HELLO = 41,
  SESSION_END = 42,
}

export enum FrameFlag {
  STREAM_START = 1,
  MORE = 2,
  FRONT = 4,
  BACKGROUND = 8,
}

export const ErrorCode = {
  BAD_MESSAGE: "bad_message",
  BAD_FRAME: "bad_frame",
  UNKNOWN_KIND: "unknown_kind",
  FRAME_TOO_LARGE: "frame_too_large",
  WINDOW_OVERRUN: "window_overrun",
  RATE_EXCEEDED: "rate_exceeded",
  SEQ_GAP: "seq_gap",
  NOT_ALLOWED: "not_allowed",
  BAD_TOKEN: "bad_token",
  BAD_ORIGIN: "bad_origin",
  SESSION_ENDED: "session_ended",
  REPLACED: "replaced",
  VERSION: "version",
  FORGOTTEN: "forgotten",
  MOVED: "moved",
  RIGHT_UNREAD: "right_unread",
  UNAVAILABLE: "unavailable",
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

export const CLOSE_CODES: Record<ErrorCode, number> = {
  bad_message: 4000,
  bad_frame: 4001,
  unknown_kind: 4002,
  frame_too_large: 4003,
  window_overrun: 4004,
  rate_exceeded: 4005,
  seq_gap: 4006,
  not_allowed: 4007,
  bad_token: 4008,
  bad_origin: 4009,
  session_ended: 4010,
  replaced: 4011,
  version: 4012,
  forgotten: 4013,
  moved: 4014,
  right_unread: 4015,
  unavailable: 4016,
};

export interface Frame {
  kind: number;
  flags: number;
  /** tab << 16 | counter */
  page: number;
  seq: number;
  /** the sender's clock, ms since 1970 */
  time: number;
  payload: Uint8Array;
}

/** The bytes are no frame. */
export class BadFrame extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

export function tabOf(page: number): number {
  return page >>> TAB_SHIFT;
}

/** Not a page, but the subtrees that snapshots of its tab refer to. */
export function isShelf(page: number): boolean {
  return (page & SHELF_COUNTER) === SHELF_COUNTER;
}

export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + frame.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, frame.kind);
  view.setUint8(1, frame.flags);
  view.setUint32(4, frame.page);
  view.setUint32(8, frame.seq);
  view.setFloat64(12, frame.time);
  bytes.set(frame.payload, HEADER_BYTES);
  return bytes;
}

/** The payload is a view into `data`. Throws BadFrame for what the server would refuse as well. */
export function decodeFrame(data: ArrayBuffer | Uint8Array): Frame {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  if (bytes.length > MAX_FRAME_BYTES) throw new BadFrame("frame_too_large");
  if (bytes.length < HEADER_BYTES) throw new BadFrame("bad_frame");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(1);
  const time = view.getFloat64(12);
  if (view.getUint16(2) || flags & ~FLAG_BITS || !Number.isFinite(time)) throw new BadFrame("bad_frame");
  return {
    kind: view.getUint8(0),
    flags,
    page: view.getUint32(4),
    seq: view.getUint32(8),
    time,
    payload: bytes.subarray(HEADER_BYTES),
  };
}

/** The frames of a binary message, which is one itself or a bundle: views into `data`. Throws BadFrame. */
export function unbundled(data: ArrayBuffer): Uint8Array<ArrayBuffer>[] {
  const bytes = new Uint8Array(data);
  if (bytes[0] !== FrameKind.BUNDLE) return [bytes];
  const [frames, view] = [[] as Uint8Array<ArrayBuffer>[], new DataView(data)];
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const from = at + LENGTH_BYTES;
    at = from + (from > bytes.length ? 0 : view.getUint32(at));
    if (at > bytes.length) throw new BadFrame("bad_frame");
    frames.push(bytes.subarray(from, at));
  }
  return frames;
}

export interface CaptureCode {
  sha256: string;
  size_bytes: number;
  url?: string;
}

export interface SignedRules {
  text: string;
  signature: string;
}

export interface Limits {
  frame_bytes: number;
  window_bytes: number;
  frames_per_second: number;
  bytes_per_second: number;
  asset_bytes: number;
  session_assets: number;
  session_asset_bytes: number;
  queue_bytes: number;
}

export interface SessionSummary {
  id: string;
  state: string;
  started_at?: number;
  ended_at?: number;
  end_reason?: string;
  since?: number;
  viewport?: Record<string, unknown>;
  visitor_name: string;
}

export interface Watching {
  count: number;
  names: unknown[];
  listeners: unknown[];
  agent: string;
}

export interface TabSummary {
  tab: number;
  page: number;
  is_open: boolean;
  is_visible: boolean;
}

export interface HandOver {
  key: string;
  origins: unknown[];
}

export interface PageSummary {
  page: number;
  kind: string;
  url: string;
  title: string;
  entered_at: number;
  closed_at?: number;
}

export interface VisitorMessageHello {
  type: "hello";
  version: number;
  token: string;
  tab: number;
  capture: string;
  native?: string;
  injection: string;
  time: number;
  loader: string;
}

export interface VisitorMessageAssetOffer {
  type: "asset_offer";
  assets: unknown[];
}

export interface VisitorMessageSubtreeAsk {
  type: "subtree_ask";
  names: string;
}

export interface VisitorMessageEnd {
  type: "end";
  reason: string;
}

export interface VisitorMessagePing {
  type: "ping";
  time: number;
}

export type VisitorMessage =
  | VisitorMessageHello
  | VisitorMessageAssetOffer
  | VisitorMessageSubtreeAsk
  | VisitorMessageEnd
  | VisitorMessagePing;

export interface VisitorReplyWelcome {
  type: "welcome";
  session: string;
  tab: number;
  stored: number;
  durable: number;
  credit: number;
  capture: CaptureCode;
  native?: CaptureCode;
  masking: Record<string, unknown>;
  mappings: Record<string, unknown>;
  rules?: SignedRules;
  hand_over: HandOver;
  asset_hosts: unknown[];
  watchers: number;
  watching: Watching;
  paused: boolean;
  time: number;
  limits: Limits;
}

export interface VisitorReplyAck {
  type: "ack";
  stored: number;
  durable: number;
  credit: number;
}

export interface VisitorReplyAssetWant {
  type: "asset_want";
  assets: unknown[];
}

export interface VisitorReplySubtreeAnswer {
  type: "subtree_answer";
  known: unknown[];
  wanted: unknown[];
}

export interface VisitorReplyWatchers {
  type: "watchers";
  count: number;
  names: unknown[];
  listeners: unknown[];
  agent: string;
}

export interface VisitorReplyResync {
  type: "resync";
  page: number;
}

export interface VisitorReplyPaused {
  type: "paused";
  paused: boolean;
}

export interface VisitorReplyPing {
  type: "ping";
}

export interface VisitorReplyFront {
  type: "front";
}

export interface VisitorReplyEnded {
  type: "ended";
  reason: string;
}

export interface VisitorReplyPong {
  type: "pong";
  time: number;
  server_time: number;
}

export interface VisitorReplyError {
  type: "error";
  code: string;
  expected?: number;
  reason?: string;
}

export type VisitorReply =
  | VisitorReplyWelcome
  | VisitorReplyAck
  | VisitorReplyAssetWant
  | VisitorReplySubtreeAnswer
  | VisitorReplyWatchers
  | VisitorReplyResync
  | VisitorReplyPaused
  | VisitorReplyPing
  | VisitorReplyFront
  | VisitorReplyEnded
  | VisitorReplyPong
  | VisitorReplyError;

export interface UploadMessageHello {
  type: "hello";
  version: number;
  token: string;
}

export interface UploadMessageAsset {
  type: "asset";
  sha256: string;
  size_bytes: number;
  content_type: string;
  is_zipped: boolean;
}

export interface UploadMessageFetch {
  type: "fetch";
  id: number;
  url: string;
}

export type UploadMessage =
  | UploadMessageHello
  | UploadMessageAsset
  | UploadMessageFetch;

export interface UploadReplyReady {
  type: "ready";
}

export interface UploadReplyGot {
  type: "got";
  bytes: number;
}

export interface UploadReplyKept {
  type: "kept";
  sha256: string;
  code: string;
}

export interface UploadReplyFetched {
  type: "fetched";
  id: number;
  sha256: string;
  code: string;
  style: string;
}

export interface UploadReplyError {
  type: "error";
  code: string;
}

export type UploadReply =
  | UploadReplyReady
  | UploadReplyGot
  | UploadReplyKept
  | UploadReplyFetched
  | UploadReplyError;

export interface ConsoleMessageHello {
  type: "hello";
  version: number;
  credit: number;
}

export interface ConsoleMessageCredit {
  type: "credit";
  bytes: number;
}

export interface ConsoleMessageFetch {
  type: "fetch";
  page: number;
}

export interface ConsoleMessageResync {
  type: "resync";
  page: number;
  detail: string;
}

export interface ConsoleMessageQuality {
  type: "quality";
  latency: unknown[];
}

export interface ConsoleMessageEnd {
  type: "end";
}

export interface ConsoleMessagePing {
  type: "ping";
  time: number;
}

export type ConsoleMessage =
  | ConsoleMessageHello
  | ConsoleMessageCredit
  | ConsoleMessageFetch
  | ConsoleMessageResync
  | ConsoleMessageQuality
  | ConsoleMessageEnd
  | ConsoleMessagePing;

export interface ConsoleReplyWelcome {
  type: "welcome";
  session: SessionSummary;
  pages: PageSummary[];
  page: number;
  tabs: TabSummary[];
  offsets: Record<string, unknown>;
  watching: Watching;
  time: number;
}

export interface ConsoleReplyQueue {
  type: "queue";
  page: number;
  frames: number;
  current: number;
}

export interface ConsoleReplyState {
  type: "state";
  state: string;
  reason?: string;
  since?: number;
}

export interface ConsoleReplyWatchers {
  type: "watchers";
  count: number;
  names: unknown[];
  listeners: unknown[];
  agent: string;
}

export interface ConsoleReplyTabs {
  type: "tabs";
  tabs: TabSummary[];
}

export interface ConsoleReplyOffset {
  type: "offset";
  tab: number;
  offset_ms: number;
}

export interface ConsoleReplyLagging {
  type: "lagging";
  dropped_bytes: number;
}

export interface ConsoleReplyEnded {
  type: "ended";
  reason: string;
}

export interface ConsoleReplyPong {
  type: "pong";
  time: number;
  server_time: number;
}

export interface ConsoleReplyError {
  type: "error";
  code: string;
}

export type ConsoleReply =
  | ConsoleReplyWelcome
  | ConsoleReplyQueue
  | ConsoleReplyState
  | ConsoleReplyWatchers
  | ConsoleReplyTabs
  | ConsoleReplyOffset
  | ConsoleReplyLagging
  | ConsoleReplyEnded
  | ConsoleReplyPong
  | ConsoleReplyError;
