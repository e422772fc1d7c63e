"""Why something is kept, and what to do next; the desk and the REST API say the same."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from assist.channel.queries import NoSession
from recordings.keeping.deletion import Held, NotOver

Refusals = (Held, NotOver, NoSession)


def refusal_words(refused: Exception) -> tuple[str, str]:
    """Stable code, and a text."""
    if isinstance(refused, Held):
        since = date_format(localtime(refused.hold.placed_at), "SHORT_DATETIME_FORMAT")
        text = _("A legal hold keeps this session since %(since)s: release it, then delete.")
        return "legal_hold", text % {"since": since}
    if isinstance(refused, NoSession):
        return "gone", _("Somebody else has deleted this recording in the meantime: nothing is left to do.")
    return "not_over", _("The session, or the rendering of its video, goes on: wait until it is over, then delete.")
