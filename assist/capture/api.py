"""`/native-mappings/…`: how pages that are not HTML become snapshots; `/ready-native-mappings/…` to start from."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assist.capture.actions import MappingInUse, delete_mapping, put_mapping
from assist.capture.models import NativeMapping
from assist.capture.queries import extendable_mappings, mapping_of_name, mappings_by_name
from assist.capture.ready import ready_mappings
from assist.capture.validation import validate_mapping
from helpdesk.api.parsers import JsonText, JsonTextParser
from helpdesk.api.problems import Conflict
from helpdesk.api.scopes import Scope


@extend_schema_field(OpenApiTypes.OBJECT)
class MappingDocument(serializers.JSONField):
    """The document itself is the body."""


class NativeMappingSerializer(serializers.Serializer[Any]):
    name = serializers.SlugField(read_only=True)
    document = MappingDocument(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class ReadyMappingSerializer(serializers.Serializer[Any]):
    name = serializers.SlugField(read_only=True)
    title = serializers.CharField(read_only=True)
    document = MappingDocument(read_only=True)


class NativeMappingsView(APIView):
    read_scope = Scope.TENANT_READ

    @extend_schema(operation_id="native_mapping_list", responses=NativeMappingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All mappings by name."""
        return Response(NativeMappingSerializer(mappings_by_name(), many=True).data)


class NativeMappingView(APIView):
    read_scope = Scope.TENANT_READ
    write_scope = Scope.TENANT_WRITE
    parser_classes = (JsonTextParser,)

    @extend_schema(operation_id="native_mapping_retrieve", responses=NativeMappingSerializer)
    def get(self, request: Request, name: str) -> Response:
        """One mapping, as it was put."""
        return Response(NativeMappingSerializer(_mapping(name)).data)

    @extend_schema(
        operation_id="native_mapping_put", request=OpenApiTypes.OBJECT, responses={200: NativeMappingSerializer}
    )
    def put(self, request: Request, name: str) -> Response:
        """Create or replace a mapping; the body is the mapping document. Errors name the line and the column."""
        serializers.SlugField(max_length=100).run_validation(name)
        sent: Any = request.data
        if not isinstance(sent, JsonText):
            sent = JsonText("", None)  # nothing was sent at all
        document = validate_mapping(sent.value, text=sent.text, name=name, bases=extendable_mappings())
        return Response(NativeMappingSerializer(put_mapping(name, document=document)).data)

    @extend_schema(operation_id="native_mapping_delete", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Remove a mapping; pages that need it are then shown as labelled boxes. 409 while another one extends it."""
        try:
            delete_mapping(_mapping(name))
        except MappingInUse as used:
            names = ", ".join(used.names)
            text = _("Other mappings extend this one: change or remove them first: %(names)s.") % {"names": names}
            raise Conflict(text, code="in_use") from None
        return Response(status=204)


class ReadyMappingsView(APIView):
    read_scope = Scope.TENANT_READ

    @extend_schema(operation_id="ready_native_mapping_list", responses=ReadyMappingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Mappings for known families of tags: extend one by `"extends": "ready:NAME"`, or put a changed copy."""
        return Response(ReadyMappingSerializer(ready_mappings().values(), many=True).data)


class ReadyMappingView(APIView):
    read_scope = Scope.TENANT_READ

    @extend_schema(operation_id="ready_native_mapping_retrieve", responses=ReadyMappingSerializer)
    def get(self, request: Request, name: str) -> Response:
        """One of them."""
        found = ready_mappings().get(name)
        if found is None:
            raise Http404
        return Response(ReadyMappingSerializer(found).data)


def _mapping(name: str) -> NativeMapping:
    mapping = mapping_of_name(name)
    if mapping is None:
        raise Http404
    return mapping
