"""The visitor's end of the assist channel."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import Any

from assist.channel import limits
from assist.channel.acks import Acks
from assist.channel.actions import end_session
from assist.channel.asked import Asked
from assist.channel.audience import Audience
from assist.channel.batches import write_later
from assist.channel.capture_code import announced, codes_for
from assist.channel.choices import Choice, Choices
from assist.channel.connection import Intake, SeqGap
from assist.channel.handshake import Entry, enter, find_tenant
from assist.channel.heads import Heads
from assist.channel.latest import Latest
from assist.channel.messages import BadMessage, parse
from assist.channel.models import EndReason
from assist.channel.node import this_node
from assist.channel.presence import connection_closed, is_replaced
from assist.channel.protocol import VISITOR_MESSAGES, BadFrame, ErrorCode, FrameKind
from assist.channel.quality import add_quality
from assist.channel.relay import ENDED, FORGOTTEN, GAP, REPLACED, Answer
from assist.channel.router import message_handlers
from assist.channel.silence import Silence
from assist.channel.socket import NORMAL_CLOSE, Gone, Refused, Socket
from assist.channel.stored import Stored
from assist.channel.turns import turn
from assist.requests.buckets import Bucket
from helpdesk.tenants.context import run_in_tenant
from helpdesk.tenants.events import apublish

RESYNC_SECONDS = 5
DRAIN_SECONDS = 5
GREW_SECONDS = 5  # a segment is being written, or no worker is there to write one
GOING_AWAY = 1001
# Where the capture code comes through the channel itself.
RUNS_CODE = {"inline", "blob"}
CHOICES = (FrameKind.PAUSE, FrameKind.RESUME)
LOST = {REPLACED: ErrorCode.REPLACED, ENDED: ErrorCode.SESSION_ENDED, FORGOTTEN: ErrorCode.FORGOTTEN}


class VisitorConsumer(Socket):
    side = "visitor"
    intake: Intake | None = None
    append_head: bytes | None = None
    journal_most = limits.JOURNAL_BYTES

    async def serve(self) -> None:
        first, heard_at_ms = await self.first_message(), time.time() * 1000
        kind, hello = parse(first, VISITOR_MESSAGES)
        if kind != "hello":
            raise BadMessage("no hello")
        self.node, self.choices = this_node(), Choices(self._follow)
        self.tenant_id = await find_tenant(self.session_id, token=hello["token"], address=self.address)
        await self.listen(self.tenant_id)
        entry, intake, choice = await self.unless_gone(
            enter(self.tenant_id, self.session_id, hello, heard_at_ms=heard_at_ms, origin=self.origin)
        )
        self.choices.learn(choice)
        self._begin(entry, intake)
        tab = {"tab": intake.tab, "connection": intake.connection_id}
        await apublish(self.tenant_id, "session", self.session_id, kind="tab_opened", payload=tab)
        await self._welcome(entry, hello)
        async for data in self.messages():
            self._silence.heard()
            if isinstance(data, bytes):
                await self._on_frame(data)
            else:
                await self._on_text(data)

    def _begin(self, entry: Entry, intake: Intake) -> None:
        self.intake, self.keys, self.tab, self.connection_id = intake, intake.keys, intake.tab, intake.connection_id
        self.heads = Heads()
        durable = entry.facts.durable_seqs.get(str(intake.tab), 0)
        self.acks = Acks(intake, durable=durable, say=self.say, node=self.node)
        self.node.add_source(self)
        self._texts = Bucket(limits.MESSAGES_PER_SECOND, limits.BURST_SECONDS)
        self._drained = asyncio.Event()
        self._asked, self._grew = Asked(RESYNC_SECONDS), Asked(GREW_SECONDS)
        self._chosen = Latest(self._publish_choice, spawn=self.node.spawn)
        self._followed: Latest[bool] = Latest(lambda is_now: self.say("paused", paused=is_now), spawn=self.node.spawn)
        self._told_gap = self.has_left = False
        agent = entry.facts.agent_name
        self._audience = Audience(self.keys, agent=agent, is_public=True, say=self.say, spawn=self.node.spawn)
        self._resyncs, self._consoles = 0, frozenset[bytes]()
        self._silence = Silence(
            ask=lambda: self.node.spawn(self.say("ping")),
            lost=lambda silent: self.node.spawn(self._lose(silent)),
        )

    async def _welcome(self, entry: Entry, hello: dict[str, Any]) -> None:
        assert self.intake
        codes, place = codes_for(hello), {"tenant_id": self.tenant_id, "session_id": self.session_id}
        now = await self._audience.look()
        await self.say(
            "welcome",
            session=str(self.session_id),
            tab=self.tab,
            stored=self.intake.stored,
            durable=self.acks.durable,
            credit=self.intake.credit,
            watchers=now["count"],
            watching=now,
            paused=self.choices.newest.is_paused,
            time=time.time() * 1000,
            limits=limits.as_message(),
            **{script: announced(code, hello, **place) for script, code in codes.items()},
            **entry.parts,
        )
        unknown = [code for script, code in codes.items() if hello[script] != code.sha256]
        for code in unknown if hello["injection"] in RUNS_CODE else []:
            for frame in code.frames:
                await self.send_frame(frame)

    async def _on_frame(self, data: bytes) -> None:
        assert self.intake
        try:
            data = self.heads.whole(data)
            frame = self.intake.take(data)
        except BadFrame as bad:
            raise Refused(bad.code, expected=self.intake.accepted + 1) from None
        except SeqGap:
            await self._tell_gap()
            frame = None
        if frame is None:
            self.acks.owe(len(data))
            return
        self._told_gap = False
        self._drained.clear()
        self.node.writer.append(self, data)
        if frame.kind in CHOICES:
            self.choices.make(frame.seq, is_paused=frame.kind == FrameKind.PAUSE)

    async def _tell_gap(self) -> None:
        assert self.intake
        if not self._told_gap:
            self._told_gap = True
            await self.error(ErrorCode.SEQ_GAP, expected=self.intake.accepted + 1)

    def on_stored(self, answer: Answer, *, size_bytes: int) -> None:
        """Called by the writer, which must not wait: what has to be said goes its own way."""
        intake = self.intake
        assert intake
        if answer.status in LOST:
            self.node.spawn(self._lost(answer.status))
            return
        if answer.status == GAP:
            # Valkey has lost the last frames: the visitor, who may say no more, has them still.
            intake.accepted = answer.stored
            self.node.spawn(self._tell_gap())
        intake.stored = answer.stored
        if intake.stored >= intake.accepted:
            self._drained.set()
        if self.choices.stored(answer.stored, answer.choice):
            self._chosen.give(answer.choice)
        if answer.journal_bytes >= limits.SEGMENT_BYTES:
            self._tell_journal_grew()
        if not self.has_left:
            self.acks.owe(size_bytes)
            if answer.needs:
                self._ask_snapshots(answer.needs)

    async def _publish_choice(self, choice: Choice) -> None:
        await apublish(self.tenant_id, "session", self.session_id, kind="choice", payload=choice._asdict())

    def on_look(self, stored: Stored) -> None:
        """Called every few seconds, and must not wait either."""
        if stored.ended:
            self.node.spawn(self._say_ended(stored.ended))
            return
        self.choices.learn(stored.choice)
        if stored.consoles != self._consoles:
            self._consoles = stored.consoles
            self.node.spawn(self._audience.tell())

    def _follow(self, is_paused: bool) -> None:
        """What another tab has chosen; one that is not welcomed yet reads it in its welcome."""
        if self.intake and not self.has_left:
            self._followed.give(is_paused)

    async def _lost(self, status: int) -> None:
        """Forgotten: Valkey lost its memory; with a new hello the visitor learns what to send again."""
        await self.refuse(LOST[status])

    def _ask_snapshots(self, pages: list[int]) -> None:
        assert self.intake
        for page in pages:
            if self._asked.is_due(page, now=time.monotonic()):
                self._resyncs += 1
                self.intake.meters.resyncs.inc()
                self.node.spawn(self.say("resync", page=page))

    def _tell_journal_grew(self) -> None:
        if self._grew.is_due(0, now=time.monotonic()):
            self.node.grown.add(self.session_id, tenant_id=self.tenant_id)

    async def _on_text(self, text: str) -> None:
        if not self._texts.take(1):
            raise BadFrame(ErrorCode.RATE_EXCEEDED)
        kind, fields = parse(text, VISITOR_MESSAGES)
        if kind == "ping":
            await self.say("pong", time=fields["time"], server_time=time.time() * 1000)
        elif kind == "end":
            await self._end()
        elif handler := message_handlers.get(kind):
            async with turn(self.session_id):
                answer = await run_in_tenant(self.tenant_id, handler, self.session_id, **fields)
            if answer:
                await self.say(answer[0], **answer[1])
        else:
            raise BadMessage("hello again")

    async def _drain(self) -> None:
        """Wait until what was taken is stored."""
        assert self.intake
        if self.intake.stored < self.intake.accepted:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._drained.wait()

    async def hand_over(self) -> None:
        if self.intake:
            await self._drain()
            await self.acks.tell()
        await super().hand_over()

    async def _end(self) -> None:
        """Frames that were sent before this message are stored before the session is sealed.

        No segment has to be written first where the journal is full: these are the last, and at most a window.
        """
        self.journal_most, self.append_head = limits.JOURNAL_BYTES + limits.WINDOW_BYTES, None
        await self._drain()
        now = datetime.now(tz=UTC)
        await run_in_tenant(self.tenant_id, end_session, self.session_id, reason=EndReason.VISITOR_ENDED, now=now)
        await self._say_ended(EndReason.VISITOR_ENDED)
        raise Gone

    async def on_event(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "choice":
            self.choices.learn(Choice(**payload))
        elif self.intake is None:
            return
        elif kind == "ended":
            await self._say_ended(payload["reason"])
        elif kind == "durable":
            self.acks.durable = max(self.acks.durable, payload.get(str(self.tab), 0))
            self.acks.owe()
        elif kind == "tab_opened" and payload["tab"] == self.tab:
            if await is_replaced(self.keys, tab=self.tab, connection_id=self.connection_id, by=payload["connection"]):
                raise Refused(ErrorCode.REPLACED)
        elif kind in ("console_joined", "console_left"):
            await self._audience.tell()
        elif kind == "agent":
            self._audience.agent = payload["public_name"]
            await self._audience.tell()
        elif kind == "tab_closed":
            await self.say("front")
        elif kind == "resync" and payload["page"] >> 16 == self.tab:
            self._ask_snapshots([payload["page"]])

    async def _say_ended(self, reason: str) -> None:
        await self.say("ended", reason=str(reason))
        await self.close(NORMAL_CLOSE)

    async def _lose(self, silent_seconds: float) -> None:
        """Nobody is at the other end; the close of the socket can take long to be noticed."""
        await self._go(silent_seconds=silent_seconds)
        await self.close(GOING_AWAY)

    async def leave(self) -> None:
        if self.intake is not None:
            await self._go()

    async def _go(self, *, silent_seconds: float = 0) -> None:
        if self.has_left:
            return
        self.has_left = True
        self.acks.forget()
        self._silence.stop()
        self._audience.close()
        if self._resyncs:
            write_later(self.tenant_id, add_quality, self.session_id, resyncs=self._resyncs)
        self.node.remove_source(self)
        self.node.spawn(
            connection_closed(
                self.tenant_id,
                self.session_id,
                tab=self.tab,
                connection_id=self.connection_id,
                silent_seconds=silent_seconds,
            )
        )
