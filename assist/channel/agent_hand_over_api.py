"""Hand-over of a session, from outside tools: calls of `/assist/sessions/{id}/`."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from assist.channel import agent_hand_over as hand_over
from assist.channel.agent_hand_over_words import Refusals, refusal_words
from assist.channel.models import HandOver
from assist.channel.queries import NoSession
from helpdesk.accounts.models import User
from helpdesk.accounts.queries import people_of_tenant
from helpdesk.api.problems import Conflict


class HandOverSerializer(serializers.ModelSerializer[HandOver]):
    class Meta:
        model = HandOver
        fields = ("id", "state", "offered_by", "from_agent", "to_agent", "offered_at", "answered_at")


class OfferSerializer(serializers.Serializer[Any]):
    to_agent = serializers.PrimaryKeyRelatedField(queryset=User.objects.none())

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        to_agent: Any = fields["to_agent"]
        to_agent.queryset = people_of_tenant()
        return fields


class HandOverCalls:
    """Of a viewset of sessions; each is done as the person who made the token."""

    @extend_schema(request=OfferSerializer, responses={201: HandOverSerializer})
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Offer the session to a colleague, who accepts; to yourself, as a manager, at once."""
        session = self.get_object()  # type: ignore[attr-defined]
        wanted = OfferSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        to = wanted.validated_data["to_agent"]
        return _answer(lambda by: hand_over.offer_hand_over(session.pk, by=by, to=to, now=timezone.now()), request, 201)

    @extend_schema(request=None, responses=HandOverSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over/accept")
    def accept_hand_over(self, request: Request, pk: str) -> Response:
        """Take the session that is offered to you: it and its ticket are yours."""
        session = self.get_object()  # type: ignore[attr-defined]
        return _answer(lambda by: hand_over.accept_hand_over(session.pk, by=by, now=timezone.now()), request)

    @extend_schema(request=None, responses=HandOverSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over/decline")
    def decline_hand_over(self, request: Request, pk: str) -> Response:
        """The session stays whose it is."""
        session = self.get_object()  # type: ignore[attr-defined]
        return _answer(lambda by: hand_over.decline_hand_over(session.pk, by=by, now=timezone.now()), request)

    @extend_schema(request=None, responses=HandOverSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over/withdraw")
    def withdraw_hand_over(self, request: Request, pk: str) -> Response:
        """Take the offer back before it is answered."""
        session = self.get_object()  # type: ignore[attr-defined]
        return _answer(lambda by: hand_over.withdraw_hand_over(session.pk, by=by, now=timezone.now()), request)


def _answer(call: Callable[[User], HandOver], request: Request, status: int = 200) -> Response:
    if not isinstance(request.user, User):
        raise Conflict(_("Whoever made this token is gone: make a new one."), code="no_person")
    try:
        done = call(request.user)
    except NoSession:
        raise Http404 from None
    except hand_over.NotAllowed as refused:
        raise PermissionDenied(refusal_words(refused)[1], code="not_allowed") from None
    except Refusals as refused:
        code, text = refusal_words(refused)
        raise Conflict(text, code=code) from None
    return Response(HandOverSerializer(done).data, status=status)
