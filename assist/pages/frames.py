"""What frames about pages do to the pages' rows, and what messages about assets answer."""

import re
from base64 import b64decode, urlsafe_b64decode
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from assist.channel import limits
from assist.channel.actions import set_viewport
from assist.channel.batches import write_later
from assist.channel.connection import control_payload
from assist.channel.frames import VIEWPORT, check_viewport, time_of
from assist.channel.messages import BadMessage, check_fields
from assist.channel.protocol import COUNTER_BITS, BadFrame, ErrorCode, Frame, FrameKind
from assist.channel.router import on_frame, on_message
from assist.pages.actions import Offer, ask_subtrees, close_page, enter_page, offer_assets
from assist.pages.models import PageKind
from assist.pages.subtrees import names_of

NAMES = {"url": "str", "title": "str", "kind": "str"}
ENTER = {**NAMES, "viewport?": "object"}
HISTORY = {**NAMES, "viewport": "object", "checkpoint": "str", "at_seq": "int", "volatile?": "object"}
MAX_URL = 8000
DIGEST_LENGTH = 64
# 32 bytes as base64url, of which the last sign has two bits to spare.
OFFERED_DIGEST = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
# Addresses that a browser runs, or that carry a page in themselves.
ACTIVE_SCHEMES = {"javascript", "vbscript", "data", "blob"}


@on_frame(FrameKind.PAGE_ENTER)
def take_page_enter(tenant_id: UUID, session_id: UUID, frame: Frame) -> None:
    _arrive(tenant_id, session_id, frame, fields=ENTER)


@on_frame(FrameKind.HISTORY)
def take_history(tenant_id: UUID, session_id: UUID, frame: Frame) -> None:
    """The page is known; its row keeps the newest title and address."""
    _arrive(tenant_id, session_id, frame, fields=HISTORY)


def _arrive(tenant_id: UUID, session_id: UUID, frame: Frame, *, fields: dict[str, str]) -> None:
    values, viewport = arrival(frame, fields)
    write_later(tenant_id, enter_page, session_id, of=(frame.kind, frame.page), **values)
    if viewport:
        write_later(tenant_id, set_viewport, session_id, of="viewport", viewport=viewport)


@on_frame(FrameKind.PAGE_LEAVE)
def take_page_leave(tenant_id: UUID, session_id: UUID, frame: Frame) -> None:
    control_payload(frame, {"digest": "str"})
    _page_number(frame)


@on_frame(FrameKind.PAGE_CLOSE)
def take_page_close(tenant_id: UUID, session_id: UUID, frame: Frame) -> None:
    control_payload(frame, {})
    number = _page_number(frame)
    write_later(tenant_id, close_page, session_id, of=("close", number), number=number, at=time_of(frame))


@on_frame(FrameKind.VISIBILITY)
def take_visibility(tenant_id: UUID, session_id: UUID, frame: Frame) -> None:
    control_payload(frame, {})
    _page_number(frame)


@on_frame(FrameKind.SNAPSHOT, FrameKind.OPERATIONS)
def take_stream(tenant_id: UUID, session_id: UUID, frame: Frame) -> None:
    _page_number(frame)


def arrival(frame: Frame, fields: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Keyword arguments of `enter_page`, and the viewport where it is said; raises `BadFrame`."""
    payload: dict[str, Any] = dict(control_payload(frame, fields))
    viewport = payload.get("viewport")
    if viewport is not None:
        _check_viewport(viewport)
    if payload["kind"] not in PageKind.values or len(payload["url"]) > MAX_URL:
        raise BadFrame(ErrorCode.BAD_FRAME)
    if not _is_address(payload["url"], kind=payload["kind"]):
        raise BadFrame(ErrorCode.BAD_FRAME)
    if "\x00" in payload["url"] + payload["title"] or len(payload.get("checkpoint", "")) > DIGEST_LENGTH:
        raise BadFrame(ErrorCode.BAD_FRAME)
    values = {name: payload[name] for name in ("url", "title", "kind")}
    return {"number": _page_number(frame), "at": time_of(frame), **values}, viewport


def _is_address(url: str, *, kind: str) -> bool:
    """Of a web page where it is one; an application may name its native pages in a scheme of its own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if kind == PageKind.NATIVE:
        return parts.scheme not in ACTIVE_SCHEMES
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _check_viewport(viewport: dict[str, object]) -> None:
    try:
        check_fields(viewport, VIEWPORT)
    except BadMessage:
        raise BadFrame(ErrorCode.BAD_FRAME) from None
    check_viewport(viewport)


def _page_number(frame: Frame) -> int:
    if frame.page & COUNTER_BITS == 0:
        raise BadFrame(ErrorCode.BAD_FRAME)
    return frame.page


@on_message("asset_offer")
def take_asset_offer(session_id: UUID, *, assets: list[Any]) -> tuple[str, dict[str, Any]]:
    if len(assets) > limits.OFFERED_ASSETS:
        raise BadMessage("too many assets")
    return "asset_want", {"assets": offer_assets(session_id, offers=[_offer(item) for item in assets])}


@on_message("subtree_ask")
def take_subtree_ask(session_id: UUID, *, names: str) -> tuple[str, dict[str, Any]]:
    try:
        asked = names_of(b64decode(names, validate=True))
    except ValueError:
        raise BadMessage("no names of subtrees") from None
    if len(asked) > limits.ASKED_SUBTREES:
        raise BadMessage("too many subtrees")
    known, wanted = ask_subtrees(session_id, names=asked)
    return "subtree_answer", {"known": known, "wanted": wanted}


def _offer(item: Any) -> Offer:
    if not (isinstance(item, list) and len(item) == 2):
        raise BadMessage("no offer")
    digest, size_bytes = item
    check_fields({"digest": digest, "size": size_bytes}, {"digest": "str", "size": "int"})
    if not OFFERED_DIGEST.fullmatch(digest):
        raise BadMessage("no digest")
    return Offer(urlsafe_b64decode(f"{digest}=").hex(), size_bytes)
