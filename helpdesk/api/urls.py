"""Every resource of the REST API; each step brings its own in its `api.py`."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from assist.capture.api import NativeMappingsView, NativeMappingView, ReadyMappingsView, ReadyMappingView
from assist.channel.answer_api import AssistRequestViewSet
from assist.pages.api import SessionViewSet
from helpdesk.api.tenant import TenantView
from helpdesk.api.views import UnknownAddress
from helpdesk.audit.api import AuditEventViewSet
from helpdesk.tickets.api import QueueViewSet, TicketViewSet
from recordings.keeping.api import ErasureViewSet, HoldViewSet
from recordings.review.api import (
    RecordingNoteViewSet,
    ReviewedRecordingViewSet,
    SavedViewViewSet,
    ScorecardViewSet,
    ScoreViewSet,
)
from recordings.share.api import ShareLinkViewSet

router = SimpleRouter()
router.register("tickets", TicketViewSet, basename="ticket")
router.register("assist/requests", AssistRequestViewSet, basename="assist-request")
router.register("assist/sessions", SessionViewSet, basename="assist-session")
router.register("queues", QueueViewSet, basename="queue")
router.register("legal-holds", HoldViewSet, basename="legal-hold")
router.register("erasures", ErasureViewSet, basename="erasure")
router.register("recordings", ReviewedRecordingViewSet, basename="recording")
router.register("recording-notes", RecordingNoteViewSet, basename="recording-note")
router.register("saved-views", SavedViewViewSet, basename="saved-view")
router.register("scorecards", ScorecardViewSet, basename="scorecard")
router.register("scores", ScoreViewSet, basename="score")
router.register("share-links", ShareLinkViewSet, basename="share-link")
router.register("audit-events", AuditEventViewSet, basename="audit-event")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(throttle_classes=()), name="api_schema"),
    path("tenant/", TenantView.as_view(), name="api_tenant"),
    path("native-mappings/", NativeMappingsView.as_view(), name="api_native_mappings"),
    path("native-mappings/<slug:name>/", NativeMappingView.as_view(), name="api_native_mapping"),
    path("ready-native-mappings/", ReadyMappingsView.as_view(), name="api_ready_native_mappings"),
    path("ready-native-mappings/<slug:name>/", ReadyMappingView.as_view(), name="api_ready_native_mapping"),
    *router.urls,
    re_path("", UnknownAddress.as_view(), name="api_unknown"),
]
