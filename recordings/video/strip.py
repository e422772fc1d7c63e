"""What stands above the page in a video with a frame: title, address, time of the session, and who was there."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from assist.channel.models import AssistSession, HandOverState
from recordings.video.words import clock

HEIGHT = 32  # CSS pixels, as in stage.html


@dataclass(frozen=True, slots=True)
class Presence:
    """From `from_ms` since the session's start on the agent is `name`; empty: nobody."""

    from_ms: int
    name: str


@dataclass(frozen=True)
class Strip:
    presences: Sequence[Presence]
    language: str

    def text_at(self, at_ms: float) -> str:
        count = bisect_right(self.presences, at_ms, key=lambda presence: presence.from_ms)
        name = self.presences[count - 1].name if count else ""
        with override(self.language):
            who = _("Agent: %(name)s") % {"name": name} if name else _("No agent")
        return f"{who} · {clock(round(at_ms))}"


def presences_of(session: AssistSession) -> list[Presence]:
    """Who had the session when. Needs the tenant's scope."""
    assert session.started_at
    taken = session.hand_overs.filter(state=HandOverState.ACCEPTED).select_related("from_agent", "to_agent")
    rows = [row for row in taken.order_by("answered_at") if row.answered_at]
    first = rows[0].from_agent if rows else session.agent
    later = [
        Presence(max(0, round((row.answered_at - session.started_at).total_seconds() * 1000)), str(row.to_agent or ""))
        for row in rows
        if row.answered_at
    ]
    return [Presence(0, str(first or "")), *later]
