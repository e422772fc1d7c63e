"""What has become of a request's link, for the page that asked: the session knows more of it than the link."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from assist.channel.models import AssistSession, EndReason, SessionState
from assist.links.queries import deadline_of
from assist.links.visitor_http import link_words
from assist.requests.link_state import OPEN, LinkState, tells_link_state

ENDED_BEFORE_IT_BEGAN = {
    EndReason.CONSENT_REFUSED: "refused",
    EndReason.LINK_EXPIRED: "expired",
    EndReason.VISITOR_VANISHED: "expired",
}


@tells_link_state
def link_state_of(request_id: UUID) -> LinkState:
    session = AssistSession.objects.select_related("link").filter(request_id=request_id).first()
    state = _state(session) if session else OPEN
    return LinkState(state, _words(state))


def _state(session: AssistSession) -> str:
    if session.state in (SessionState.LIVE, SessionState.PAUSED):
        return "live"
    if session.state == SessionState.ENDED:
        return "ended" if session.started_at else ENDED_BEFORE_IT_BEGAN.get(EndReason(session.end_reason), "revoked")
    if session.link and session.link.redeemed_at:
        return "redeemed"
    return "expired" if session.link and deadline_of(session.link) <= timezone.now() else OPEN


def _words(state: str) -> str:
    elsewhere = _("Live help goes on in another tab or window. What this one shows is not seen.")
    own = {
        OPEN: "",
        "redeemed": elsewhere,
        "live": elsewhere,
        "ended": _("Live help has ended. You can ask again at any time."),
        "refused": _("You did not agree, so nothing was seen. You can ask again at any time."),
    }
    return own[state] if state in own else link_words(state)
