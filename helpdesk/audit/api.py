"""`/audit-events/`: the audit log, to be read only."""

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework import mixins, serializers, viewsets

from helpdesk.api.pagination import NewestFirst
from helpdesk.api.scopes import Scope
from helpdesk.audit.models import AuditEvent
from helpdesk.audit.queries import events


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    class Meta:
        model = AuditEvent
        fields = (
            "id", "at", "action", "actor_kind", "actor_id", "actor_name", "address", "object_kind", "object_id",
            "details",
        )  # fmt: skip
        read_only_fields = fields


class AuditEventFilter(filters.FilterSet):
    since = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte", label=_("Not before"))
    until = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt", label=_("Before"))

    class Meta:
        model = AuditEvent
        fields = ("action", "actor_kind", "actor_id", "object_kind", "object_id")


class NewestEvents(NewestFirst):
    ordering = ("-at", "-id")  # type: ignore[assignment]


class AuditEventViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[AuditEvent]):
    read_scope = Scope.AUDIT_READ
    queryset = events()
    serializer_class = AuditEventSerializer
    pagination_class = NewestEvents
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = AuditEventFilter
