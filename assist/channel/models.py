"""One period of assistance. Created when a request is accepted, live from consent until either side ends it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assist.links.models import InviteLink
from assist.requests.models import AssistRequest
from helpdesk.tenants.models import TenantModel


class SessionState(models.TextChoices):
    WAITING = "waiting", _("Waiting for the visitor")
    LIVE = "live", _("Live")
    PAUSED = "paused", _("Paused by the visitor")
    ENDED = "ended", _("Ended")


class EndReason(models.TextChoices):
    VISITOR_ENDED = "visitor_ended", _("The visitor ended the session")
    AGENT_ENDED = "agent_ended", _("The agent ended the session")
    VISITOR_VANISHED = "visitor_vanished", _("The visitor went away and did not come back in time")
    CONSENT_REFUSED = "consent_refused", _("The visitor did not agree")
    LINK_EXPIRED = "link_expired", _("The link was not clicked in time")
    LINK_REVOKED = "link_revoked", _("The link was revoked")
    CANCELLED = "cancelled", _("The visitor cancelled the request")
    FAULT = "fault", _("Ended after a fault")


class AssistSession(TenantModel):
    """`viewport` is the newest `{width, height, dpr, screen_width, screen_height}` in CSS pixels; sizes are bytes.

    `durable_seqs` is `{tab: seq}`: the highest frame of each tab in a committed archive segment. `frames_missing` are
    those that the visitor gave up, as the gaps in the archive name them.
    """

    request = models.OneToOneField(AssistRequest, on_delete=models.CASCADE, related_name="session")
    link = models.ForeignKey(InviteLink, null=True, on_delete=models.SET_NULL, related_name="+")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=16, choices=SessionState.choices, default=SessionState.WAITING)
    visitor_token_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001  (unique, absent until redeemed)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    archive_closed_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=24, choices=EndReason.choices, blank=True)
    visitor_seen_at = models.DateTimeField(null=True)
    visitor_gone_at = models.DateTimeField(null=True)
    viewport = models.JSONField(null=True)
    tab_count = models.PositiveIntegerField(default=0)
    durable_seqs = models.JSONField(default=dict)
    bytes_in = models.PositiveBigIntegerField(default=0)
    messages_in = models.PositiveBigIntegerField(default=0)
    frames_missing = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["tenant", "state", "-created_at"], name="assist_session_list")]


class SessionQuality(TenantModel):
    """How the session reached the agents' screens, merged over all its consoles; written off the way of frames.

    `latency_counts` has one count for each bucket of the protocol's LATENCY_BUCKETS_MS and one for what is above.
    """

    session = models.OneToOneField(AssistSession, on_delete=models.CASCADE, related_name="quality")
    latency_counts = models.JSONField(default=list)
    bytes_out = models.PositiveBigIntegerField(default=0)
    resyncs = models.PositiveBigIntegerField(default=0)
    lags = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)


class HandOverState(models.TextChoices):
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("The session ended before an answer")


class HandOver(TenantModel):
    """A session is offered to another agent, who answers. The rows stay: who handed over to whom, and when."""

    session = models.ForeignKey(AssistSession, on_delete=models.CASCADE, related_name="hand_overs")
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    from_agent = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    to_agent = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=16, choices=HandOverState.choices, default=HandOverState.OFFERED)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "session"],
                condition=models.Q(state=HandOverState.OFFERED),
                name="one_open_hand_over_a_session",
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant", "to_agent"], condition=models.Q(state=HandOverState.OFFERED), name="hand_over_offers"
            )
        ]
