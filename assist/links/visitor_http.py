"""What the three calls about a link share: its fields, and its refusals in words."""

from django.utils.translation import gettext as _

from assist.links.queries import LinkDead
from assist.requests.visitor_http import Body, Refusal, refuse_unknown_fields, text_field

TOKEN_MAX = 64
LANDING_MAX = 300
SHA256_LENGTH = 64


def token_in(body: Body, *, known: set[str]) -> str:
    refuse_unknown_fields(body, known={"public_key", "token", "language", *known})
    return text_field(body, "token", most=TOKEN_MAX, required=True)


def link_refusal(dead: LinkDead) -> Refusal:
    """404 for a link that this tenant never made, 410 for one that was good once."""
    status = 404 if dead.reason in ("unknown", "other_tenant") else 410
    return Refusal(status, dead.reason, link_words(dead.reason))


def link_words(reason: str) -> str:
    """For the visitor: why the link is of no use, and what to do."""
    return {
        "expired": _("This link was not used in time. Ask for help again to get a new one."),
        "used": _("This link was used already, and works once only. Ask for help again to get a new one."),
        "redeemed_elsewhere": _("This link was used in another window or browser. Go on there, or ask for help again."),
        "revoked": _("This link was withdrawn. Ask for help again to get a new one."),
        "other_tenant": _("This link belongs to another site's help desk. Ask for help again here."),
        "unknown": _(
            "This link is not known; perhaps it was copied incompletely. Copy it again, or ask for help again."
        ),
    }[reason]
