"""Every write about invite links, in the scope of the current tenant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urldefrag
from uuid import UUID

from django.db.models import Q

from assist.links.consent import Consent
from assist.links.landing import Landing
from assist.links.models import ConsentReceipt, InviteLink
from assist.links.queries import deadline_of, link_of_token, require_alive
from assist.links.signals import consent_refused, link_expired
from assist.requests.models import AssistRequest
from helpdesk.accounts.models import User
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.secrets import new_secret, sha256_hex


class ConsentChanged(Exception):
    """The text has changed since it was shown: show it again."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """Under what circumstances consent was given."""

    language: str
    origin: str
    user_agent: str


def create_link(request: AssistRequest, *, agent: User | None, tenant: Tenant, now: datetime) -> tuple[InviteLink, str]:
    """The link, and its address: the page of the request with `alongside=TOKEN` in the fragment."""
    token = new_secret()
    link = InviteLink.objects.create(
        request=request,
        token_hash=sha256_hex(token),
        created_by=agent,
        expires_at=now + timedelta(seconds=tenant.link_ttl_seconds),
    )
    return link, link_url(request.page_url, token=token)


def link_url(page_url: str, *, token: str) -> str:
    address, fragment = urldefrag(page_url)
    return f"{address}#{fragment}&alongside={token}" if fragment else f"{address}#alongside={token}"


def land(token: str, *, now: datetime) -> InviteLink:
    """Landing in time counts as clicked, from whichever of several landings; raises `LinkDead`."""
    link = link_of_token(token)
    require_alive(link, now=now)
    InviteLink.objects.filter(pk=link.pk, landed_at=None).update(landed_at=now)
    link.refresh_from_db(fields=["landed_at"])
    return link


def redeem(landing: Landing, *, consent: Consent, consent_sha256: str, given: Given, now: datetime) -> InviteLink:
    """Use up the link with this consent. Of several who try at once one wins, the others get `LinkDead`.

    The one who has won may call again, since the answer can be lost; the receipt of the first time stands.
    """
    link = InviteLink.objects.select_related("request").get(pk=landing.link_id)
    require_alive(link, now=now, landing=landing)
    if not link.redeemed_at and consent.sha256 != consent_sha256:
        raise ConsentChanged
    unused = Q(pk=link.pk, redeemed_at=None, revoked_at=None, expiry_told_at=None)
    if InviteLink.objects.filter(unused).update(redeemed_at=now, redeemed_by_hash=landing.hash):
        _keep_receipt(link, consent=consent, given=given, now=now)
    else:
        link.refresh_from_db()
        require_alive(link, now=now, landing=landing)
    return link


def _keep_receipt(link: InviteLink, *, consent: Consent, given: Given, now: datetime) -> None:
    ConsentReceipt.objects.create(
        link=link,
        visitor_name=link.request.visitor_name,
        visitor_email=link.request.visitor_email,
        agent_name=consent.agent_name,
        text=consent.text,
        text_sha256=consent.sha256,
        language=given.language,
        origin=given.origin,
        user_agent=given.user_agent[:500],
        given_at=now,
    )


def refuse(landing: Landing, *, now: datetime) -> None:
    """The visitor does not agree, or no longer does: the link is dead, and the agent's side is told."""
    link = InviteLink.objects.get(pk=landing.link_id)
    if revoke(link, now=now) or link.redeemed_by_hash == landing.hash:
        consent_refused.send(sender=InviteLink, link=link, now=now)


def revoke(link: InviteLink, *, now: datetime) -> bool:
    """Kill a link that is not redeemed; False when it is dead or redeemed already."""
    unused = InviteLink.objects.filter(pk=link.pk, redeemed_at=None, revoked_at=None, expiry_told_at=None)
    return bool(unused.update(revoked_at=now))


def expire(link_id: UUID, *, now: datetime) -> bool:
    """Tell the later steps, once, that a link ran out unused; until then only the clock says so. Safe to run twice."""
    link = InviteLink.objects.select_for_update().get(pk=link_id)
    if link.redeemed_at or link.revoked_at or link.expiry_told_at or deadline_of(link) > now:
        return False
    link.expiry_told_at = now
    link.save(update_fields=["expiry_told_at"])
    link_expired.send(sender=InviteLink, link=link, now=now)
    return True
