"""`/tenant/`: a tenant's own settings."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.api.scopes import Scope
from helpdesk.tenants import validation
from helpdesk.tenants.actions import change_settings
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.queries import current_tenant
from helpdesk.tenants.signing import public_key_of


class Seconds(serializers.IntegerField):
    def __init__(self, *, setting: str, **kwargs: Any) -> None:
        lowest, highest = validation.SECONDS_RANGES[setting]
        super().__init__(min_value=lowest, max_value=highest, **kwargs)


@extend_schema_field({"type": "array", "items": {"type": "string"}, "maxItems": validation.ORIGINS_MAX})
class Origins(serializers.JSONField):
    """Patterns."""


@extend_schema_field({"type": "array", "items": {"type": "string"}, "maxItems": validation.ASSET_HOSTS_MAX})
class AssetHosts(serializers.JSONField):
    """Patterns of hosts."""


@extend_schema_field(OpenApiTypes.OBJECT)
class Document(serializers.JSONField):
    """A JSON object with a validator of its own."""


class TenantSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    slug = serializers.SlugField(read_only=True)
    public_key = serializers.CharField(read_only=True)
    rules_public_key = serializers.SerializerMethodField()
    name = serializers.CharField(max_length=200)
    language = serializers.CharField(validators=[validation.validate_language])
    link_ttl_seconds = Seconds(setting="link_ttl_seconds")
    answer_timeout_seconds = Seconds(setting="answer_timeout_seconds")
    grace_seconds = Seconds(setting="grace_seconds")
    allowed_origins = Origins(validators=[validation.validate_origins])
    asset_hosts = AssetHosts(validators=[validation.validate_asset_hosts])
    masking = Document(validators=[validation.validate_masking])
    consent_text = serializers.CharField(allow_blank=True, validators=[validation.validate_consent_text])
    video_shortens_idle = serializers.BooleanField()
    video_has_frame = serializers.BooleanField()
    hours = Document(validators=[validation.validate_hours])
    recording_days = serializers.IntegerField(min_value=0, max_value=validation.RECORDING_DAYS_MAX)

    def get_rules_public_key(self, tenant: Tenant) -> str:
        return public_key_of(tenant.id)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fixed = set(self.initial_data) - {name for name, field in self.fields.items() if not field.read_only}
        if fixed:
            text = _("This can't be set here: leave it out.")
            raise serializers.ValidationError({name: [text] for name in sorted(fixed)}, code="not_settable")
        return attrs


class TenantView(APIView):
    read_scope = Scope.TENANT_READ
    write_scope = Scope.TENANT_WRITE

    @extend_schema(operation_id="tenant_retrieve", responses=TenantSerializer)
    def get(self, request: Request) -> Response:
        """The tenant's settings."""
        return Response(TenantSerializer(current_tenant()).data)

    @extend_schema(operation_id="tenant_update", request=TenantSerializer(partial=True), responses=TenantSerializer)
    def patch(self, request: Request) -> Response:
        """Change some settings."""
        serializer = TenantSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        tenant = change_settings(current_tenant(), changes=serializer.validated_data)
        return Response(TenantSerializer(tenant).data)
