"""`/recordings/`: the recordings of ended sessions, their videos and their archived events."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.pagination import NewestFirst
from helpdesk.api.problems import Conflict
from helpdesk.api.scopes import Scope
from helpdesk.audit.models import Action
from helpdesk.tenants import store
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.streaming import stream_in_tenant
from recordings.archive.export.lines import NDJSON_TYPE, event_lines
from recordings.video.actions import NotRetryable, retry_recording
from recordings.video.archive_waits import waiting_since, words_of
from recordings.video.audit import audit
from recordings.video.export_api import ExportActions
from recordings.video.models import Recording, RecordingState
from recordings.video.queries import progress_of, recordings

VIDEO_URL_SECONDS = 600
# No session is as long.
SESSION_MS_MAX = 2**48


class RecordedPageSerializer(serializers.Serializer[Any]):
    """One visit; times in ms since the session's start."""

    page_id = serializers.IntegerField()
    kind = serializers.CharField()
    url = serializers.CharField()
    title = serializers.CharField()
    starts_ms = serializers.IntegerField()
    ends_ms = serializers.IntegerField()


class SkipSerializer(serializers.Serializer[Any]):
    """[starts_ms, ends_ms) of the session takes `kept_ms` of the video, evenly."""

    starts_ms = serializers.IntegerField()
    ends_ms = serializers.IntegerField()
    kept_ms = serializers.IntegerField()


class ProgressSerializer(serializers.Serializer[Any]):
    """Of the session's ms so many are rendered; `remaining_ms` is an estimate, null while there is none."""

    done_ms = serializers.IntegerField()
    of_ms = serializers.IntegerField()
    percent = serializers.IntegerField()
    remaining_ms = serializers.IntegerField(allow_null=True)


class EventRangeSerializer(serializers.Serializer[Any]):
    """Events of [from_ms, to_ms), ms since the session's start; all of them without."""

    from_ms = serializers.IntegerField(min_value=0, max_value=SESSION_MS_MAX, default=0)
    to_ms = serializers.IntegerField(min_value=0, max_value=SESSION_MS_MAX, required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("to_ms", SESSION_MS_MAX) < asked["from_ms"]:
            text = _("This is less than “from_ms”: exchange them.")
            raise serializers.ValidationError({"to_ms": [text]}, code="order")
        return asked


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    """`duration_ms`, `pages` and `skips` are in the session's time; `failure_advice` says what to do next."""

    pages = RecordedPageSerializer(source="chapters", many=True, read_only=True)
    skips = SkipSerializer(many=True, read_only=True)
    progress = serializers.SerializerMethodField()
    failure_advice = serializers.CharField(read_only=True)
    archive_waits_since = serializers.SerializerMethodField()
    archive_advice = serializers.SerializerMethodField()

    class Meta:
        model = Recording
        fields = (
            "id", "session", "state", "progress", "failure", "failure_code", "failure_advice", "archive_waits_since",
            "archive_advice", "duration_ms",
            "video_bytes", "sha256", "width", "height", "render_ms", "pages", "skips", "created_at", "ready_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_archive_waits_since(self, recording: Recording) -> datetime | None:
        """Since when its archive waits for the object store; null when it does not."""
        return waiting_since([recording]).get(recording.id)

    def get_archive_advice(self, recording: Recording) -> str:
        return words_of(self.get_archive_waits_since(recording))

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, recording: Recording) -> Any:
        return ProgressSerializer(progress_of(recording, now=timezone.now())).data


class RecordingFilter(filters.FilterSet):
    session = filters.UUIDFilter(field_name="session_id", label=_("Assist session"))

    class Meta:
        model = Recording
        fields = ("session", "state")


class RecordingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ExportActions):
    read_scope = Scope.RECORDINGS_READ
    write_scope = Scope.RECORDINGS_WRITE
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

    @extend_schema(request=None, responses={202: RecordingSerializer, 409: dict})
    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def retry(self, request: Request, pk: str) -> Response:
        """Render again what a failed recording lacks; segments that are done stay."""
        recording = self.get_object()
        try:
            with transaction.atomic():
                retry_recording(recording.id)
        except NotRetryable:
            text = _("Only a failed recording can be rendered again; this one is “%(state)s”.")
            raise Conflict(text % {"state": recording.state}, code="not_failed") from None
        return Response(self.get_serializer(self.get_object()).data, status=202)

    @extend_schema(parameters=[EventRangeSerializer], responses={(200, NDJSON_TYPE): OpenApiTypes.STR})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def events(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The archived events in order, one JSON object a line: `at_ms`, `page_id`, `name`, `data`."""
        recording = self.get_object()
        asked = EventRangeSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        lines = event_lines(recording.session, **asked.validated_data)
        answer = stream_in_tenant(current_tenant_id(), lines, content_type=NDJSON_TYPE)
        audit(request, Action.RECORDING_EVENTS_READ, recording)
        return answer
