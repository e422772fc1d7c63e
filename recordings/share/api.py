"""`/share-links/`: links by which people without an account watch one recording."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.models import User
from helpdesk.api.pagination import NewestFirst
from helpdesk.api.problems import Conflict
from helpdesk.api.scopes import Scope
from helpdesk.audit.actors import actor_of
from recordings.share.actions import HOURS_DEFAULT, HOURS_MAX, TooManyLinks, create_share_link, revoke_share_link
from recordings.share.models import ShareLink
from recordings.share.queries import share_links
from recordings.video.models import Recording


class ShareLinkSerializer(serializers.ModelSerializer[ShareLink]):
    class Meta:
        model = ShareLink
        fields = ("id", "recording", "note", "created_by", "created_at", "expires_at", "revoked_at")
        read_only_fields = fields


class MadeShareLinkSerializer(ShareLinkSerializer):
    url = serializers.URLField(read_only=True, help_text="Told this once.")

    class Meta:
        model = ShareLink
        fields = (*ShareLinkSerializer.Meta.fields, "url")
        read_only_fields = fields


class NewShareLinkSerializer(serializers.Serializer[Any]):
    recording = serializers.PrimaryKeyRelatedField(queryset=Recording.objects.all())
    hours = serializers.IntegerField(min_value=1, max_value=HOURS_MAX, default=HOURS_DEFAULT)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class ShareLinkViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ShareLink]):
    read_scope = Scope.RECORDINGS_READ
    write_scope = Scope.RECORDINGS_WRITE
    queryset = share_links()
    serializer_class = ShareLinkSerializer
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_fields = ("recording",)

    @extend_schema(request=NewShareLinkSerializer, responses={201: MadeShareLinkSerializer})
    def create(self, request: Request) -> Response:
        """Share a recording for `hours`; `url` is in this answer only."""
        wanted = NewShareLinkSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        try:
            link, url = create_share_link(
                **wanted.validated_data,
                actor=actor_of(request),
                created_by=request.user if isinstance(request.user, User) else None,
                now=timezone.now(),
            )
        except TooManyLinks:
            text = _("This recording has as many links as it may have: revoke one first.")
            raise Conflict(text, code="too_many_links") from None
        return Response({**ShareLinkSerializer(link).data, "url": url}, status=201)

    @extend_schema(request=None, responses=ShareLinkSerializer)
    @action(detail=True, methods=["post"], filterset_fields=None)
    def revoke(self, request: Request, pk: str) -> Response:
        """Kill the link; revoking a dead one changes nothing."""
        link = self.get_object()
        revoke_share_link(link, actor=actor_of(request), now=timezone.now())
        link.refresh_from_db()
        return Response(ShareLinkSerializer(link).data)
