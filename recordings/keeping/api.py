"""`/legal-holds/`, `/erasures/`, and the deletion of one recording."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assist.channel.models import AssistSession
from assist.channel.queries import NoSession
from helpdesk.accounts.models import User
from helpdesk.api.pagination import NewestFirst
from helpdesk.api.problems import Conflict
from helpdesk.api.scopes import Scope
from helpdesk.audit.actors import actor_of
from helpdesk.audit.models import Action
from recordings.keeping import queries
from recordings.keeping.deletion import delete_session
from recordings.keeping.erasures import NothingFound, begin_erasure
from recordings.keeping.holds import AlreadyHeld, place_hold, release_hold
from recordings.keeping.models import Erasure, LegalHold
from recordings.keeping.words import Refusals, refusal_words


class HoldSerializer(serializers.ModelSerializer[LegalHold]):
    session = serializers.PrimaryKeyRelatedField(queryset=AssistSession.objects.all())

    class Meta:
        model = LegalHold
        fields = ("id", "session", "reason", "placed_by", "placed_at")
        read_only_fields = ("placed_by", "placed_at")


class NewestHolds(NewestFirst):
    ordering = ("-placed_at", "-id")  # type: ignore[assignment]


class HoldViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[LegalHold]):
    read_scope = Scope.RECORDINGS_READ
    write_scope = Scope.RECORDINGS_ERASE
    queryset = queries.holds()
    serializer_class = HoldSerializer
    pagination_class = NewestHolds

    def create(self, request: Request) -> Response:
        """Keep a session whatever its age, and whoever asks for its erasure."""
        wanted = HoldSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        session, reason = wanted.validated_data["session"], wanted.validated_data["reason"]
        person, actor = _person(request), actor_of(request)
        try:
            hold = place_hold(session.id, reason=reason, person=person, actor=actor, now=timezone.now())
        except AlreadyHeld:
            raise Conflict(_("This session has a legal hold already: release that one first."), code="held") from None
        except NoSession as refused:
            code, text = refusal_words(refused)
            raise Conflict(text, code=code) from None
        return Response(HoldSerializer(hold).data, status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        """Release it: what was due meanwhile goes with the next sweep."""
        release_hold(self.get_object(), actor=actor_of(request), now=timezone.now())
        return Response(status=204)


class NewErasureSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(required=False, allow_blank=True, default="")
    external_id = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="`id` of `identify` at the visitor"
    )
    reference = serializers.CharField(
        max_length=100, required=False, allow_blank=True, default="", help_text="your sign for it; no personal data"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs["email"] or attrs["external_id"]):
            text = _("Name the visitor by “email”, by “external_id”, or by both.")
            raise serializers.ValidationError(text, code="nobody_named")
        return attrs


class ErasureSerializer(serializers.ModelSerializer[Erasure]):
    progress = serializers.SerializerMethodField(help_text="how many requests are in which state")

    class Meta:
        model = Erasure
        fields = ("id", "state", "reference", "requested_at", "finished_at", "progress")

    def get_progress(self, erasure: Erasure) -> dict[str, int]:
        return queries.progress(erasure)


class NewestErasures(NewestFirst):
    ordering = ("-requested_at", "-id")  # type: ignore[assignment]


class ErasureViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Erasure]):
    read_scope = write_scope = Scope.RECORDINGS_ERASE
    queryset = queries.erasures()
    serializer_class = ErasureSerializer
    pagination_class = NewestErasures

    @extend_schema(request=NewErasureSerializer, responses={202: ErasureSerializer})
    def create(self, request: Request) -> Response:
        """Erase what is known of one visitor's sessions; workers do it, `progress` says how far they are."""
        wanted = NewErasureSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        person, actor = _person(request), actor_of(request)
        try:
            erasure = begin_erasure(**wanted.validated_data, person=person, actor=actor, now=timezone.now())
        except NothingFound:
            text = _("No request was ever made under this address or id: there is nothing to erase.")
            raise Conflict(text, code="nothing_found") from None
        return Response(ErasureSerializer(erasure).data, status=202)

    @extend_schema(responses=dict)
    @action(detail=True, pagination_class=None)
    def report(self, request: Request, pk: str) -> Response:
        """What was removed, what is left and why; it names nobody."""
        return Response(queries.report(self.get_object()))


class DeletionCall:
    """Of the viewset of recordings."""

    @property
    def write_scope(self) -> Scope:
        """Whoever may render again may not delete."""
        is_deletion = getattr(self, "action", "") == "destroy"
        return Scope.RECORDINGS_ERASE if is_deletion else Scope.RECORDINGS_WRITE

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the recording with its session: archive, video, pages, and assets that nobody else refers to."""
        session_id, actor = self.get_object().session_id, actor_of(request)  # type: ignore[attr-defined]
        try:
            delete_session(session_id, action=Action.SESSION_DELETED, actor=actor, now=timezone.now())
        except Refusals as refused:
            code, text = refusal_words(refused)
            raise Conflict(text, code=code) from None
        return Response(status=204)


def _person(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None
