"""`/assist/requests/`: who waits, and answering them from outside tools."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assist.channel.answer import (
    Accepted,
    AlreadyAnswered,
    NothingToRevoke,
    accept_request,
    decline_request,
    revoke_link,
)
from assist.requests.limits import DECLINE_REASON_MAX
from assist.requests.models import AssistRequest
from assist.requests.queries import assist_requests
from helpdesk.accounts.models import User
from helpdesk.api.pagination import NewestFirst
from helpdesk.api.problems import Conflict
from helpdesk.api.scopes import Scope


class VisitorSerializer(serializers.Serializer[AssistRequest]):
    name = serializers.CharField(source="visitor_name")
    email = serializers.CharField(source="visitor_email")
    id = serializers.CharField(source="visitor_external_id")
    is_verified = serializers.BooleanField(source="visitor_is_verified")


class AssistRequestSerializer(serializers.ModelSerializer[AssistRequest]):
    visitor = VisitorSerializer(source="*", read_only=True)

    class Meta:
        model = AssistRequest
        fields = ("id", "state", "page_url", "page_title", "note", "visitor", "created_at", "expires_at", "ticket")


class AcceptedSerializer(serializers.Serializer[Accepted]):
    url = serializers.URLField(help_text="The invite link; it is shown this once.")
    expires_at = serializers.DateTimeField(source="link.expires_at")
    session = serializers.UUIDField(source="session.id")


class DeclineSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=DECLINE_REASON_MAX, required=False, allow_blank=True, default="")


class AssistRequestFilter(filters.FilterSet):
    class Meta:
        model = AssistRequest
        fields = ("state", "ticket")


class AssistRequestViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[AssistRequest]):
    read_scope = Scope.ASSIST_READ
    write_scope = Scope.ASSIST_WRITE
    queryset = AssistRequest.objects.all()
    serializer_class = AssistRequestSerializer
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = AssistRequestFilter

    def get_queryset(self) -> Any:
        return assist_requests()

    @extend_schema(request=None, responses=AcceptedSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take the request as the person who made the token; 409 `already_answered` says by whom it was taken."""
        accepted = _answered(lambda: accept_request(_uuid(pk), agent=_agent(request), now=timezone.now()))
        return Response(AcceptedSerializer(accepted).data)

    @extend_schema(request=DeclineSerializer, responses=AssistRequestSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """Decline with a reason that the visitor reads."""
        wanted = DeclineSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        reason = wanted.validated_data["reason"]
        declined = _answered(
            lambda: decline_request(_uuid(pk), agent=_agent(request), reason=reason, now=timezone.now())
        )
        return Response(AssistRequestSerializer(declined).data)

    @extend_schema(request=None, responses=AssistRequestSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Kill the link before the visitor has agreed."""
        row = self.get_object()
        try:
            revoke_link(row.pk, now=timezone.now())
        except NothingToRevoke:
            text = _("This request has no link that could still be used. End the session instead, if there is one.")
            raise Conflict(text, code="nothing_to_revoke") from None
        return Response(AssistRequestSerializer(row).data)


def _answered(answer: Any) -> Any:
    try:
        return answer()
    except AssistRequest.DoesNotExist:
        raise Http404 from None
    except AlreadyAnswered as error:
        raise Conflict(already_answered_words(error.request), code="already_answered") from None


def already_answered_words(request: AssistRequest) -> str:
    """For people of the tenant: what became of the request, and through whom."""
    values = {"state": request.get_state_display(), "agent": str(request.answered_by or "")}
    text = (
        _("This request is no longer waiting: %(state)s (%(agent)s).")
        if values["agent"]
        else _("This request is no longer waiting: %(state)s.")
    )
    return str(text) % values


def _agent(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
