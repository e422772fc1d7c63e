"""`/native-mappings/{name}/`: how pages that are not HTML become snapshots."""

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assist.capture.actions import delete_mapping, put_mapping
from assist.capture.models import NativeMapping
from assist.capture.queries import mapping_of_name
from assist.capture.validation import validate_mapping
from helpdesk.api.scopes import Scope


@extend_schema_field(OpenApiTypes.OBJECT)
class MappingDocument(serializers.JSONField):
    """The document itself is the body."""


class NativeMappingSerializer(serializers.Serializer[Any]):
    name = serializers.SlugField(read_only=True)
    document = MappingDocument(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class NativeMappingView(APIView):
    read_scope = Scope.TENANT_READ
    write_scope = Scope.TENANT_WRITE

    @extend_schema(operation_id="native_mapping_retrieve", responses=NativeMappingSerializer)
    def get(self, request: Request, name: str) -> Response:
        """One mapping."""
        return Response(NativeMappingSerializer(_mapping(name)).data)

    @extend_schema(
        operation_id="native_mapping_put", request=OpenApiTypes.OBJECT, responses={200: NativeMappingSerializer}
    )
    def put(self, request: Request, name: str) -> Response:
        """Create or replace a mapping; the body is the mapping document."""
        serializers.SlugField(max_length=100).run_validation(name)
        mapping = put_mapping(name, document=validate_mapping(request.data))
        return Response(NativeMappingSerializer(mapping).data)

    @extend_schema(operation_id="native_mapping_delete", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Remove a mapping; pages that need it are then shown as a labelled gap."""
        delete_mapping(_mapping(name))
        return Response(status=204)


def _mapping(name: str) -> NativeMapping:
    mapping = mapping_of_name(name)
    if mapping is None:
        raise Http404
    return mapping
