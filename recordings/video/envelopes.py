"""The DevTools protocol in CBOR, in which pictures and files are bytes and not text of base64.

Chromium's dialect (its sources: third_party/inspector_protocol/crdtp/cbor.h): each message, and each map or list in
what it sends, is in an envelope (tag 24, and the length in 4 bytes); bytes are tagged 22; what has no tag is a text in
UTF-16.
"""

import struct
from collections.abc import Iterator
from typing import Any

import cbor2

HEAD = struct.Struct("!2sBI")
# Tag 24 with one byte of its number, and the first byte of a byte string with four bytes of its length.
TAG, LENGTH = b"\xd8\x18", 0x5A
ENVELOPE, BINARY = 24, 22
PARAMETERS, END = cbor2.dumps("params"), b"\xff"


class BadEnvelope(ValueError):
    """What came is no message of the protocol."""


class Bytes(bytes):
    """Told from text in UTF-16."""


def binary(data: bytes) -> cbor2.CBORTag:
    """What a command takes as bytes."""
    return cbor2.CBORTag(BINARY, data)


def packed(message: dict[str, Any], parameters: dict[str, Any]) -> bytes:
    head = cbor2.dumps(message, indefinite_containers=True).removesuffix(END)
    return _enveloped(head + PARAMETERS + _enveloped(cbor2.dumps(parameters, indefinite_containers=True)) + END)


def _enveloped(body: bytes) -> bytes:
    return HEAD.pack(TAG, LENGTH, len(body)) + body


class Envelopes:
    """Takes what a pipe gives, and gives the messages in it."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def take(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Raises BadEnvelope."""
        self._buffer += data
        while len(self._buffer) >= HEAD.size:
            tag, kind, length = HEAD.unpack_from(self._buffer)
            if (tag, kind) != (TAG, LENGTH):
                raise BadEnvelope("what the browser sends is no CBOR of the protocol")
            end = HEAD.size + length
            if len(self._buffer) < end:
                return
            body = bytes(memoryview(self._buffer)[HEAD.size : end])
            del self._buffer[:end]
            try:
                yield dict(_read(body))
            except (cbor2.CBORError, TypeError, ValueError) as failure:
                raise BadEnvelope("what the browser sends can't be read") from failure


def _read(body: bytes) -> Any:
    return _text(cbor2.loads(body, tag_hook=_untagged))


def _untagged(tag: cbor2.CBORTag, _immutable: bool) -> Any:
    if tag.tag == ENVELOPE:
        return cbor2.loads(tag.value, tag_hook=_untagged)
    if tag.tag == BINARY:
        return Bytes(tag.value)
    raise BadEnvelope(f"a tag that the protocol has not: {tag.tag}")


def _text(value: Any) -> Any:
    if type(value) is bytes:
        return value.decode("utf-16-le", errors="surrogatepass")
    if type(value) is dict:
        return {key: _text(part) for key, part in value.items()}
    return [_text(part) for part in value] if type(value) is list else value
