"""`/assist/sessions/`: how a session stands, and its end."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assist.channel.agent_hand_over_api import HandOverCalls, HandOverSerializer
from assist.channel.deeds import end_by_agent
from assist.channel.models import AssistSession
from assist.channel.quality import QualitySummary, quality_of
from assist.pages.models import Page
from helpdesk.api.pagination import NewestFirst
from helpdesk.api.scopes import Scope
from helpdesk.audit.actors import actor_of


class PageSerializer(serializers.ModelSerializer[Page]):
    page_id = serializers.IntegerField(source="number", help_text="tab << 16 | counter, as on the wire")

    class Meta:
        model = Page
        fields = ("page_id", "kind", "url", "title", "entered_at", "closed_at")


class QualitySerializer(serializers.Serializer[QualitySummary]):
    latency_p50_ms = serializers.IntegerField(allow_null=True, help_text="from a change to the rebuilt page")
    latency_p95_ms = serializers.IntegerField(allow_null=True)
    latency_p99_ms = serializers.IntegerField(allow_null=True)
    latency_samples = serializers.IntegerField(help_text="frames that consoles have reported")
    bytes_out = serializers.IntegerField(help_text="sent to all consoles")
    frames_missing = serializers.IntegerField(help_text="given up by the visitor, as the archive names them")
    resyncs = serializers.IntegerField(help_text="fresh snapshots asked of the visitor")
    lags = serializers.IntegerField(help_text="times that a console fell behind")


class SessionSerializer(serializers.ModelSerializer[AssistSession]):
    pages = serializers.SerializerMethodField()
    quality = serializers.SerializerMethodField()
    hand_overs = HandOverSerializer(many=True, read_only=True)

    class Meta:
        model = AssistSession
        fields = (
            "id", "request", "agent", "state", "created_at", "started_at", "ended_at", "end_reason", "viewport",
            "pages", "bytes_in", "messages_in", "quality", "hand_overs",
        )  # fmt: skip
        extra_kwargs = {
            "bytes_in": {"help_text": "of frames that are in the archive"},
            "messages_in": {"help_text": "frames that are in the archive"},
        }

    @extend_schema_field(PageSerializer(many=True))
    def get_pages(self, session: AssistSession) -> Any:
        pages = sorted(session.pages.all(), key=lambda page: (page.entered_at, page.number))
        return PageSerializer(pages, many=True).data

    @extend_schema_field(QualitySerializer)
    def get_quality(self, session: AssistSession) -> Any:
        return QualitySerializer(quality_of(session)).data


class SessionViewSet(
    HandOverCalls, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[AssistSession]
):
    read_scope = Scope.ASSIST_READ
    write_scope = Scope.ASSIST_WRITE
    queryset = AssistSession.objects.select_related("quality").prefetch_related("pages", "hand_overs")
    serializer_class = SessionSerializer
    pagination_class = NewestFirst

    @extend_schema(request=None, responses=SessionSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End the session on both sides; a session that has ended stays as it is."""
        session = self.get_object()
        end_by_agent(session.id, actor=actor_of(request), now=timezone.now())
        return Response(SessionSerializer(self.get_object()).data)
