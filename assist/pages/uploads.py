"""Assets on a socket of their own, in pieces. Each piece is answered at once, so that the visitor's side can tell by

the time that takes whether its line is full, and leave the line to the operations.
"""

import asyncio
import logging
from dataclasses import asdict
from typing import Any

from assist.channel import limits
from assist.channel.handshake import find_tenant
from assist.channel.messages import BadMessage, parse
from assist.channel.node import this_node
from assist.channel.protocol import MAX_FRAME_BYTES, PROTOCOL_VERSION, UPLOAD_MESSAGES, BadFrame, ErrorCode
from assist.channel.queries import session_is_open
from assist.channel.socket import Refused, Socket
from assist.channel.turns import turn
from assist.pages.assets import AssetRefused, inflated, is_digest, take_asset
from assist.pages.fetches import Fetched, fetch_asset
from assist.requests.buckets import Bucket
from helpdesk.tenants.context import run_in_tenant
from helpdesk.tenants.origins import origin_is_allowed
from helpdesk.tenants.queries import current_tenant

logger = logging.getLogger(__name__)
FAILED = "unavailable"


class UploadConsumer(Socket):
    side = "uploads"
    _due: dict[str, Any] | None = None
    _keeping: asyncio.Task[None] | None = None
    _received_bytes = 0
    _fetching = 0

    async def serve(self) -> None:
        kind, hello = parse(await self.first_message(), UPLOAD_MESSAGES)
        if kind != "hello":
            raise BadMessage("no hello")
        if hello["version"] != PROTOCOL_VERSION:
            raise Refused(ErrorCode.VERSION)
        self.tenant_id = await find_tenant(self.session_id, token=hello["token"], address=self.address)
        await self.listen(self.tenant_id)
        async with turn(self.session_id):
            await run_in_tenant(self.tenant_id, self._check_right)
        async with turn(self.session_id, what="upload", at_once=limits.SESSION_UPLOADS):
            await self.say("ready")
            await self._take_all()

    def _check_right(self) -> None:
        if not origin_is_allowed(self.origin, patterns=current_tenant().allowed_origins):
            raise Refused(ErrorCode.BAD_ORIGIN)
        if not session_is_open(self.session_id):
            raise Refused(ErrorCode.SESSION_ENDED)

    async def _take_all(self) -> None:
        pieces = Bucket(limits.FRAMES_PER_SECOND, limits.BURST_SECONDS)
        sizes = Bucket(limits.BYTES_PER_SECOND, limits.BURST_SECONDS)
        async for data in self.messages():
            await _taken(pieces, 1)
            if isinstance(data, str):
                self._on_text(data)
                continue
            if len(data) > MAX_FRAME_BYTES:
                raise BadFrame(ErrorCode.FRAME_TOO_LARGE)
            await _taken(sizes, len(data))
            await self._on_piece(data)

    def _on_text(self, text: str) -> None:
        kind, fields = parse(text, UPLOAD_MESSAGES)
        if kind != "fetch":
            self._begin(kind, fields)
        elif self._fetching >= limits.CONNECTION_FETCHES:
            raise BadFrame(ErrorCode.RATE_EXCEEDED)
        else:
            self._fetching += 1
            this_node().spawn(self._fetch(**fields))

    async def _fetch(self, *, id: int, url: str) -> None:
        try:
            found = await fetch_asset(self.tenant_id, self.session_id, url)
        except Refused as refused:
            await self.refuse(refused.code)
            return
        except Exception:
            logger.exception("an asset of another site is not read for session %s", self.session_id)
            found = Fetched(code=FAILED)
        finally:
            self._fetching -= 1
        await self.say("fetched", id=id, **asdict(found))

    def _begin(self, kind: str, asset: dict[str, Any]) -> None:
        is_sized = kind == "asset" and 0 < asset["size_bytes"] <= limits.ASSET_BYTES
        if self._due or not is_sized or not is_digest(asset["sha256"]):
            raise BadMessage("no asset, or in the midst of one")
        self._due, self._data = asset, bytearray()

    async def _on_piece(self, data: bytes) -> None:
        asset = self._due
        if not asset or len(self._data) + len(data) > asset["size_bytes"]:
            raise BadFrame(ErrorCode.BAD_FRAME)
        self._data += data
        self._received_bytes += len(data)
        await self.say("got", bytes=self._received_bytes)
        if len(self._data) == asset["size_bytes"]:
            # One is being kept while the next one comes.
            if self._keeping:
                await self._keeping
            whole, self._data, self._due = bytes(self._data), bytearray(), None
            self._keeping = this_node().spawn(self._keep(asset, whole))

    async def _keep(self, asset: dict[str, Any], data: bytes) -> None:
        code = ""
        try:
            async with turn(self.session_id):
                await run_in_tenant(self.tenant_id, self._take, asset, data)
        except AssetRefused as refused:
            code = refused.code
        except Refused as refused:
            await self.refuse(refused.code)
            return
        except Exception:
            logger.exception("an asset of session %s is not kept", self.session_id)
            code = FAILED
        await self.say("kept", sha256=asset["sha256"], code=code)

    def _take(self, asset: dict[str, Any], data: bytes) -> None:
        if not session_is_open(self.session_id):
            raise Refused(ErrorCode.SESSION_ENDED)
        whole = inflated(data) if asset["is_zipped"] else data
        take_asset(self.session_id, sha256=asset["sha256"], content_type=asset["content_type"], data=whole)

    async def on_event(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "ended":
            raise Refused(ErrorCode.SESSION_ENDED)

    async def leave(self) -> None:
        """What is whole is kept all the same."""


async def _taken(bucket: Bucket, amount: int) -> None:
    """Who is too fast is not refused: what is not read yet holds the sender up."""
    if not bucket.take(amount):
        await asyncio.sleep(bucket.seconds_until(amount))
        bucket.take(amount)
