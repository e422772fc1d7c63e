"""Every read about invite links, in the scope of the current tenant."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from assist.links.landing import Landing
from assist.links.models import InviteLink
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.lookups import invite_link_of_hash
from helpdesk.tenants.secrets import sha256_hex

CONSENT_SECONDS = 600


class LinkDead(Exception):
    """`reason`: expired, used, redeemed_elsewhere, revoked, other_tenant or unknown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def link_of_token(token: str) -> InviteLink:
    """Raise `LinkDead` with `unknown` (tampered as well) or `other_tenant`."""
    found = invite_link_of_hash(sha256_hex(token))
    if found is None:
        raise LinkDead("unknown")
    if found.tenant_id != current_tenant_id():
        raise LinkDead("other_tenant")
    return InviteLink.objects.select_related("request", "created_by").get(pk=found.id)


def require_alive(link: InviteLink, *, now: datetime, landing: Landing | None = None) -> None:
    """Raise `LinkDead` with the reason why this link can't be landed on, or redeemed from `landing`."""
    if link.redeemed_at:
        if landing is None:
            raise LinkDead("used")
        if landing.hash != link.redeemed_by_hash:
            raise LinkDead("redeemed_elsewhere")
        return
    if link.revoked_at:
        raise LinkDead("revoked")
    if link.expiry_told_at or now >= deadline_of(link):
        raise LinkDead("expired")


def deadline_of(link: InviteLink) -> datetime:
    """Clicking in time leaves 10 minutes to read and agree, however late within the time the click was."""
    if link.landed_at is None:
        return link.expires_at
    return max(link.expires_at, link.landed_at + timedelta(seconds=CONSENT_SECONDS))


def active_link(request_id: object) -> InviteLink | None:
    """The newest link of a request that is neither redeemed nor revoked."""
    open_links = InviteLink.objects.filter(request_id=request_id, redeemed_at=None, revoked_at=None)
    return open_links.order_by("-created_at").first()


def overdue_links(now: datetime) -> QuerySet[InviteLink]:
    """Of all tenants, where the later steps don't know yet; works only inside the listed use `assist.links.sweep`."""
    unclicked = Q(landed_at=None, expires_at__lte=now)
    no_consent = Q(landed_at__lte=now - timedelta(seconds=CONSENT_SECONDS), expires_at__lte=now)
    unused = InviteLink.across_tenants.filter(redeemed_at=None, revoked_at=None, expiry_told_at=None)
    return unused.filter(unclicked | no_consent)
