"""`/recordings/`: the recordings of ended sessions, their videos and their archived events."""

from typing import Any

from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from helpdesk.api.pagination import NewestFirst
from helpdesk.api.problems import Conflict
from helpdesk.api.scopes import Scope
from helpdesk.audit.models import Action
from helpdesk.tenants import store
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.streaming import stream_in_tenant
from recordings.archive.export.lines import NDJSON_TYPE, event_lines
from recordings.video.audit import audit
from recordings.video.export_api import ExportActions
from recordings.video.models import Recording, RecordingState
from recordings.video.queries import recordings

VIDEO_URL_SECONDS = 600


class RecordedPageSerializer(serializers.Serializer[Any]):
    """One visit; times in ms since the session's start."""

    page_id = serializers.IntegerField()
    kind = serializers.CharField()
    url = serializers.CharField()
    title = serializers.CharField()
    starts_ms = serializers.IntegerField()
    ends_ms = serializers.IntegerField()


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    pages = RecordedPageSerializer(source="chapters", many=True, read_only=True)

    class Meta:
        model = Recording
        fields = (
            "id", "session", "state", "failure", "duration_ms", "video_bytes", "sha256", "width", "height", "render_ms",
            "pages", "created_at", "ready_at",
        )  # fmt: skip
        read_only_fields = fields


class RecordingFilter(filters.FilterSet):
    session = filters.UUIDFilter(field_name="session_id", label=_("Assist session"))

    class Meta:
        model = Recording
        fields = ("session", "state")


class RecordingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ExportActions):
    read_scope = Scope.RECORDINGS_READ
    queryset = recordings()
    serializer_class = RecordingSerializer
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = RecordingFilter

    @extend_schema(responses={302: OpenApiResponse(description="The MP4, at an address that expires"), 409: dict})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def video(self, request: Request, pk: str) -> HttpResponseRedirect:
        """To an address in the object store, good for ten minutes, that answers range requests."""
        recording = self.get_object()
        if recording.state != RecordingState.READY:
            text = _("The video is not ready (%(state)s): read “state” until it is “ready”, then ask again.")
            raise Conflict(text % {"state": recording.state}, code="video_not_ready")
        audit(request, Action.RECORDING_DOWNLOADED, recording)
        answer = HttpResponseRedirect(store.presign(recording.object_key, expires_seconds=VIDEO_URL_SECONDS))
        answer["Cache-Control"] = "no-store"
        return answer

    @extend_schema(responses={(200, NDJSON_TYPE): OpenApiTypes.STR})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def events(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The archived events in order, one JSON object a line: `at_ms`, `page_id`, `name`, `data`."""
        recording = self.get_object()
        audit(request, Action.RECORDING_EVENTS_READ, recording)
        return stream_in_tenant(current_tenant_id(), event_lines(recording.session), content_type=NDJSON_TYPE)
