"""The agents' end of the assist channel."""

import asyncio
import json
import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from assist.channel import limits
from assist.channel.audience import Audience
from assist.channel.deeds import end_by_agent, note_later
from assist.channel.live import SessionKeys
from assist.channel.messages import BadMessage, parse
from assist.channel.metrics import meters_of
from assist.channel.node import this_node
from assist.channel.presence import Look, Watcher, arrive, join_watchers, look, remove_watcher
from assist.channel.protocol import CONSOLE_MESSAGES, HEADER_BYTES, PROTOCOL_VERSION, BadFrame, ErrorCode, FrameKind
from assist.channel.socket import NORMAL_CLOSE, Refused, Socket
from assist.pages.ledger import Ledger
from assist.pages.outbox import Live, Outbox
from assist.pages.rights import Admission, admission, may_watch, standing_in
from assist.requests.buckets import Bucket
from helpdesk.accounts.models import Role
from helpdesk.accounts.roles import role_includes
from helpdesk.audit.actors import person_at
from helpdesk.audit.models import Action
from helpdesk.tenants.context import run_in_tenant
from helpdesk.tenants.events import apublish

LAST_FRAMES_SECONDS = 0.5
LAST_REPORT_SECONDS = 1.0


class ConsoleConsumer(Socket):
    side = "console"
    outbox: Outbox | None = None

    async def serve(self) -> None:
        self._check_origin()
        kind, hello = parse(await self.first_message(), CONSOLE_MESSAGES)
        if kind != "hello" or hello["credit"] < limits.CONSOLE_WINDOW_BYTES:
            raise BadMessage("no hello")
        if hello["version"] != PROTOCOL_VERSION:
            raise Refused(ErrorCode.VERSION)
        await self._enter(credit=hello["credit"])
        async for data in self.messages():
            if not isinstance(data, str):
                raise Refused(ErrorCode.BAD_MESSAGE)
            if not self._texts.take(1):
                raise BadFrame(ErrorCode.RATE_EXCEEDED)
            await self._check_right()
            await self._on_message(*parse(data, CONSOLE_MESSAGES))

    def _check_origin(self) -> None:
        ours, theirs = urlsplit(settings.PUBLIC_URL), urlsplit(self.origin)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise Refused(ErrorCode.BAD_ORIGIN)
        if self.scope["membership"] is None:
            raise Refused(ErrorCode.NOT_ALLOWED)

    async def _enter(self, *, credit: int) -> None:
        self.tenant_id, self.user = self.scope["membership"].tenant_id, self.scope["user"]
        self.keys = SessionKeys(self.tenant_id, self.session_id)
        self._actor = person_at(self.user, address=self.address)
        self._note = partial(note_later, self.tenant_id, self.session_id, actor=self._actor)
        self.node = this_node()
        self.console_id = f"{self.user.pk}:{self.node.id}:{id(self)}"
        self._texts = Bucket(limits.MESSAGES_PER_SECOND, limits.BURST_SECONDS)
        self._right_until, self._unread_until, self._told_state, self._has_ended = 0.0, 0.0, "", False
        self._told_tabs: list[dict[str, Any]] = []
        self._telling = asyncio.Lock()
        admitted = await self._admitted()
        self._agent_id = str(admitted.facts.agent_id)
        self._prepare(credit, agent=admitted.facts.agent_name)
        await self._welcome(admitted)
        if not self._has_ended:
            await self._join()

    async def _admitted(self) -> Admission:
        """The subscription needs no right: nothing is told of what comes before there is one."""
        listening = asyncio.create_task(self.listen(self.tenant_id))
        try:
            read = await run_in_tenant(self.tenant_id, admission, self.session_id, user_id=self.user.pk)
        except (InterfaceError, OperationalError):
            raise Refused(ErrorCode.RIGHT_UNREAD) from None
        finally:
            await listening
        if read is None:
            raise Refused(ErrorCode.NOT_ALLOWED)
        self._has_right(read.role)
        return read

    def _prepare(self, credit: int, *, agent: str) -> None:
        meters = meters_of(self.scope["membership"].tenant_slug)
        self._audience = Audience(self.keys, agent=agent, is_public=False, say=self.say, spawn=self.node.spawn)
        self.outbox = Outbox(
            self.keys,
            credit=credit,
            meters=meters,
            say=self._tell,
            send_frame=self.send_frame,
            on_record=self._on_record,
        )
        self._ledger = Ledger(self.keys, meters=meters, outbox=self.outbox)

    async def _welcome(self, admitted: Admission) -> None:
        self.node.watch(self)
        async with self._telling, self._audience.looking:
            arrived = await arrive(self.keys, console_id=self.console_id, watcher=self._watcher(), node_id=self.node.id)
            if arrived is None:
                raise Refused(ErrorCode.NOT_ALLOWED)
            seen, watching = arrived
            self._told_state = "ended" if admitted.facts.state == "ended" else seen.state
            self._told_tabs = seen.tabs
            await self.say(
                "welcome",
                session=admitted.facts.summary(state=self._told_state, since=seen.since),
                pages=admitted.pages,
                page=seen.page,
                tabs=seen.tabs,
                offsets=seen.offsets,
                watching=self._audience.take(watching),
                time=time.time() * 1000,
            )
        if self._told_state == "ended":
            await self._say_ended(admitted.facts.end_reason)

    async def _join(self) -> None:
        assert self.outbox
        self.outbox.want(0)
        self._sending = self.node.spawn(self.guarded(self.outbox.run))
        self._note(Action.SESSION_WATCHED)
        await self._publish("console_joined", console=self.console_id)

    async def _publish(self, kind: str, **payload: Any) -> None:
        await apublish(self.tenant_id, "session", self.session_id, kind=kind, payload=payload)

    async def _check_right(self) -> None:
        """Read anew at most RIGHT_SECONDS late; who can't be asked about goes on for RIGHT_UNREAD_SECONDS."""
        if time.monotonic() < self._right_until:
            return
        try:
            standing = await standing_in(self.tenant_id, self.user.pk, self.session_id)
        except (InterfaceError, OperationalError):
            if time.monotonic() >= self._unread_until:
                raise Refused(ErrorCode.RIGHT_UNREAD) from None
            self._right_until = time.monotonic() + limits.RIGHT_SECONDS
            return
        if standing is None or not may_watch(standing.role):
            raise Refused(ErrorCode.NOT_ALLOWED)
        self._has_right(standing.role)
        if standing.agent["id"] != self._agent_id:
            self.node.spawn(self._tell_agent(standing.agent))

    def _has_right(self, role: str) -> None:
        self._role = role
        self._right_until = time.monotonic() + limits.RIGHT_SECONDS
        self._unread_until = time.monotonic() + settings.RIGHT_UNREAD_SECONDS

    def _watcher(self) -> Watcher:
        """A manager listens in, unless the session is theirs: that sees all, and does not count as helping."""
        listens = self._agent_id != str(self.user.pk) and role_includes(self._role, Role.MANAGER)
        return Watcher(str(self.user.pk), str(self.user), self.user.name, listens)

    async def _on_message(self, kind: str, fields: dict[str, Any]) -> None:
        assert self.outbox
        if kind == "credit":
            self.outbox.grant(fields["bytes"])
        elif kind == "ping":
            await self.say("pong", time=fields["time"], server_time=time.time() * 1000)
        elif kind == "fetch":
            self.outbox.want(_page(fields))
        elif kind == "resync":
            await self._publish("resync", page=_page(fields))
        elif kind == "quality":
            self._ledger.report(fields["latency"])
        elif kind == "end":
            now = timezone.now()
            await run_in_tenant(self.tenant_id, end_by_agent, self.session_id, actor=self._actor, now=now)
        else:
            raise BadMessage("hello again")

    def push(self, kind: int, flags: int, page: int, seq: int, frame: bytes) -> None:
        if self.outbox:
            self.outbox.push(Live(kind, flags, page, seq, frame))

    async def renew(self) -> None:
        """Every BEAT_SECONDS: the right, the lease, and what the channel layer may have failed to tell."""
        try:
            await self._check_right()
        except Refused as refused:
            await self.refuse(refused.code)
            return
        await join_watchers(self.keys, console_id=self.console_id, watcher=self._watcher())
        await self._tell_state()

    def start_over(self) -> None:
        """Frames may have passed while nobody knew that this console watches."""
        if self.outbox:
            self.outbox.start_over()

    async def look_again(self) -> None:
        """A node died, or one is back: the visitor may have been there."""
        await self._tell_state()
        await self._audience.tell()

    async def on_event(self, kind: str, payload: dict[str, Any]) -> None:
        if self.outbox is None:
            return
        if kind == "ended":
            self.node.spawn(self._end_soon(payload["reason"]))
        elif kind in ("console_joined", "console_left"):
            if payload["console"] != self.console_id:
                await self._audience.tell()
        elif kind == "agent":
            await self._on_agent(payload)
        elif kind in ("visitor_gone", "tab_opened", "tab_closed", "state"):
            await self._tell_state()

    async def _tell_agent(self, agent: dict[str, Any]) -> None:
        """The word of a hand-over can be lost while Valkey restarts, here and for the visitor."""
        await self._publish("agent", **agent)
        await self._on_agent(agent)

    async def _on_agent(self, agent: dict[str, Any]) -> None:
        """The session was handed over: who listened may be the one who helps now."""
        self._agent_id, self._audience.agent = agent["id"], agent["public_name"]
        await self.renew()
        await self._audience.tell()
        await self._publish("console_joined", console=self.console_id)

    async def _tell_state(self) -> None:
        """What was seen last is told last."""
        async with self._telling:
            await self._tell_seen(await look(self.keys))

    async def _tell_seen(self, seen: Look) -> None:
        if seen.state == "ended":
            await self._say_ended(seen.reason)
            return
        if seen.state != self._told_state and not self._has_ended:
            self._told_state = seen.state
            since = {} if seen.since is None else {"since": seen.since}
            await self.say("state", state=seen.state, **since)
        if seen.tabs != self._told_tabs:
            self._told_tabs = seen.tabs
            await self.say("tabs", tabs=seen.tabs)

    async def _on_record(self, frame: Live) -> None:
        payload = json.loads(frame.data[HEADER_BYTES:])
        if frame.kind == FrameKind.TAB_HELLO:
            await self.say("offset", tab=payload["tab"], offset_ms=payload["offset_ms"])
            await self._tell_state()
        elif frame.kind == FrameKind.SESSION_END:
            await self._say_ended(payload["reason"])

    async def _tell(self, kind: str, **fields: Any) -> None:
        await self.say(kind, **fields)
        if kind == "lagging":
            self._told_state = ""
            await self._tell_state()

    async def _end_soon(self, reason: str) -> None:
        """The record of the end comes behind the last frames; without it, for want of Valkey, this ends it too."""
        await asyncio.sleep(LAST_FRAMES_SECONDS)
        await self._say_ended(reason)

    async def _say_ended(self, reason: str) -> None:
        if not self._has_ended:
            self._has_ended = True
            await self.say("ended", reason=reason)
            self.node.spawn(self._close_soon())

    async def _close_soon(self) -> None:
        """The console may still report what it has seen since its last report."""
        await asyncio.sleep(LAST_REPORT_SECONDS)
        await self.close(NORMAL_CLOSE)

    async def leave(self) -> None:
        if self.outbox is None:
            return
        self.node.unwatch(self)
        if hasattr(self, "_sending"):
            self._sending.cancel()
            self._note(Action.SESSION_LEFT)
        self._audience.close()
        self._ledger.keep()
        await remove_watcher(self.keys, console_id=self.console_id)
        await self._publish("console_left", console=self.console_id)


def _page(fields: dict[str, Any]) -> int:
    if not 0 < fields["page"] < 2**32:
        raise BadMessage("no page")
    return int(fields["page"])
