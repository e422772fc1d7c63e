"""The TypeScript side of the wire, written from assist.channel.protocol."""

import json
from collections.abc import Mapping
from enum import IntEnum

from assist.channel import heads, protocol

SCALARS = {
    "int": "number",
    "float": "number",
    "str": "string",
    "bool": "boolean",
    "object": "Record<string, unknown>",
    "list": "unknown[]",
}
CODEC = """
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
"""


def render() -> str:
    """Return the whole text of web/protocol/wire.ts."""
    families = {
        "VisitorMessage": protocol.VISITOR_MESSAGES,
        "VisitorReply": protocol.VISITOR_REPLIES,
        "UploadMessage": protocol.UPLOAD_MESSAGES,
        "UploadReply": protocol.UPLOAD_REPLIES,
        "ConsoleMessage": protocol.CONSOLE_MESSAGES,
        "ConsoleReply": protocol.CONSOLE_REPLIES,
    }
    parts = ["// Written by `manage.py generate_protocol` from assist/channel/protocol.py: change it there.\n"]
    parts += [_numbers(), _enum(protocol.FrameKind), _enum(protocol.FrameFlag), _codes(), CODEC]
    parts += [_interface(name, fields) for name, fields in protocol.SHAPES.items()]
    parts += [_union(name, messages) for name, messages in families.items()]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _numbers() -> str:
    names = (
        "PROTOCOL_VERSION",
        "HEADER_BYTES",
        "LENGTH_BYTES",
        "MAX_FRAME_BYTES",
        "TAB_SHIFT",
        "SHELF_COUNTER",
        "FLAG_BITS",
    )
    of_heads = ("SHORT_HEAD", "FLUSHED", "SOON", "MOST_SHORT_MS", "NEXT_HEAD", "STEP_MS", "OTHER_HEAD")
    lines = [f"export const {name} = {getattr(protocol, name)};" for name in names]
    lines += [f"export const {name} = {getattr(heads, name)};" for name in of_heads]
    buckets = ", ".join(str(bound) for bound in protocol.LATENCY_BUCKETS_MS)
    words = ", ".join(json.dumps(word, ensure_ascii=False) for word in heads.CONTROL_WORDS)
    lines += [f"export const LATENCY_BUCKETS_MS = [{buckets}];", f"export const CONTROL_WORDS = [{words}];"]
    return "\n".join(lines)


def _enum(enum: type[IntEnum]) -> str:
    """The bundler puts the members' values where they are used, which of an object it does not."""
    lines = "".join(f"  {member.name} = {member.value},\n" for member in enum)
    return f"export enum {enum.__name__} {{\n{lines}}}"


def _codes() -> str:
    codes = {name: code for name, code in vars(protocol.ErrorCode).items() if name.isupper()}
    lines = "".join(f"  {code}: {number},\n" for code, number in protocol.CLOSE_CODES.items())
    return f"{_constant('ErrorCode', codes)}\n\nexport const CLOSE_CODES: Record<ErrorCode, number> = {{\n{lines}}};"


def _constant(name: str, members: Mapping[str, object]) -> str:
    lines = "".join(f"  {key}: {json.dumps(value)},\n" for key, value in members.items())
    return f"export const {name} = {{\n{lines}}} as const;\nexport type {name} = (typeof {name})[keyof typeof {name}];"


def _union(family: str, messages: Mapping[str, Mapping[str, str]]) -> str:
    interfaces = [
        _interface(family + _camel(kind), {"type": json.dumps(kind), **fields}) for kind, fields in messages.items()
    ]
    members = "".join(f"\n  | {family}{_camel(kind)}" for kind in messages)
    return "\n".join([*interfaces, f"export type {family} ={members};"])


def _interface(name: str, fields: Mapping[str, str]) -> str:
    lines = "".join(f"  {field}: {_type(kind)};\n" for field, kind in fields.items())
    return f"export interface {name} {{\n{lines}}}\n"


def _type(kind: str) -> str:
    base, _, shape = kind.partition(":")
    if shape:
        return f"{shape}[]" if base == "list" else shape
    return SCALARS.get(base, base)


def _camel(kind: str) -> str:
    return "".join(part.capitalize() for part in kind.split("_"))
