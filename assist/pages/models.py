"""Pages of a session, the visits to them, and the assets that show them."""

from django.db import models

from assist.channel.models import AssistSession
from helpdesk.tenants.models import TenantModel


class PageKind(models.TextChoices):
    HTML = "html", "HTML"
    NATIVE = "native", "native"


class Page(TenantModel):
    """`number` is the page id on the wire: tab << 16 | counter."""

    session = models.ForeignKey(AssistSession, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=8, choices=PageKind.choices)
    url = models.CharField(max_length=2000)
    title = models.CharField(max_length=300, blank=True)
    entered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "session", "number"], name="one_page_a_number")]


class Asset(TenantModel):
    """Content in the object store, once a tenant, addressed by its SHA-256; a subtree by that of its canonical form."""

    sha256 = models.CharField(max_length=64)
    # Of a subtree the name by which it is asked for, a prefix of its digest; else empty.
    subtree = models.CharField(max_length=12, blank=True, default="")
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "sha256"], name="one_asset_a_digest")]
        indexes = [models.Index(fields=["tenant", "subtree"], name="subtrees_by_name")]


class SessionAsset(TenantModel):
    """Which session refers to which asset: the right to see it, and the reason to keep it."""

    session = models.ForeignKey(AssistSession, on_delete=models.CASCADE, related_name="session_assets")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "session", "asset"], name="one_reference_a_session")]


class AskedSubtree(TenantModel):
    """A subtree that the store lacks, by the session that asked first: what a second one shows is worth keeping."""

    name = models.CharField(max_length=12)
    session = models.ForeignKey(AssistSession, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_subtree_a_name")]
