"""Why a hand-over did not happen, and what to do next: the same words at the desk and in REST."""

from django.utils.translation import gettext as _

from assist.channel import agent_hand_over as hand_over
from assist.channel.actions import SessionEnded
from helpdesk.tickets.actions import NotAMember

Refusals = (
    SessionEnded,
    NotAMember,
    hand_over.NotStarted,
    hand_over.NotAllowed,
    hand_over.AlreadyOffered,
    hand_over.AlreadyTheirs,
    hand_over.NoOffer,
)


def refusal_words(refused: Exception) -> tuple[str, str]:
    """A stable code and what people read."""
    if isinstance(refused, hand_over.AlreadyOffered):
        name = str(refused.offer.to_agent or _("An agent"))
        text = _("The session is offered to %(agent)s already: wait for the answer, or withdraw the offer.")
        return "already_offered", text % {"agent": name}
    return {
        SessionEnded: ("session_ended", _("The session has ended: go on in its ticket.")),
        NotAMember: ("not_a_member", _("Only people of your team can take a session over.")),
        hand_over.NotStarted: (
            "not_started",
            _("Hand the session over once the visitor has agreed."),
        ),
        hand_over.NotAllowed: (
            "not_allowed",
            _("Only its agent and managers hand a session over, and only who is asked may accept."),
        ),
        hand_over.AlreadyTheirs: ("already_theirs", _("It is their session already.")),
        hand_over.NoOffer: ("no_offer", _("There is no offer to answer any more: it was answered or withdrawn.")),
    }[type(refused)]
