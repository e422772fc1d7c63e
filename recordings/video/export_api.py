"""Exports of a recording by the REST API."""

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request

from recordings.archive.export.lines import NDJSON_TYPE
from recordings.video.exports import ZIP_TYPE, export_answer
from recordings.video.models import Recording


class ExportActions(viewsets.GenericViewSet[Recording]):
    """Whoever may read recordings may take them away."""

    @extend_schema(responses={(200, NDJSON_TYPE): OpenApiTypes.STR})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def rrweb(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The archive as events of rrweb 2, one JSON object a line."""
        return export_answer(request, self.get_object(), "rrweb")

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def log(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The log as CSV."""
        return export_answer(request, self.get_object(), "log")

    @extend_schema(responses={(200, ZIP_TYPE): OpenApiTypes.BINARY})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def export(self, request: Request, pk: str) -> StreamingHttpResponse:
        """A ZIP: session.json, rrweb.ndjson, events.ndjson, log.csv, the assets, the video once ready, missing.json."""
        return export_answer(request, self.get_object(), "zip")
