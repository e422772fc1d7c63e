"""Filters of `/recordings/`, and `/recording-notes/`, `/scorecards/`, `/scores/`, `/saved-views/`."""

from typing import Any

from django.core.exceptions import ValidationError as Refused
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from helpdesk.accounts.models import Role, User
from helpdesk.accounts.queries import role_of
from helpdesk.api.pagination import NewestFirst
from helpdesk.api.problems import Conflict
from helpdesk.api.scopes import Scope
from recordings.keeping.api import DeletionCall
from recordings.review.filters import WORDS_MAX, RecordingFilterForm, scored_between
from recordings.review.listing import HITS_MAX
from recordings.review.models import RecordingNote, SavedView, Score, Scorecard
from recordings.review.notes import BODY_MAX, AfterTheEnd, TooManyNotes, add_note
from recordings.review.queries import Reviewer
from recordings.review.saved_views import TooManyViews, changeable_views, keep_saved_view, views_for
from recordings.review.scorecards import (
    COMMENT_MAX,
    TooManyScorecards,
    give_score,
    save_scorecard,
    scorecards,
    validate_criteria,
)
from recordings.search.queries import find_by_words
from recordings.search.tokens import query
from recordings.video.api import RecordingFilter, RecordingViewSet
from recordings.video.models import Recording


class ReviewFilter(RecordingFilter):
    search = filters.CharFilter(method="by_words", max_length=WORDS_MAX, label=_("Shown or typed in the session"))
    url = filters.CharFilter(method="by_address", max_length=WORDS_MAX, label=_("Address of a page"))
    agent = filters.UUIDFilter(field_name="session__agent_id")
    ticket = filters.UUIDFilter(field_name="session__request__ticket_id")
    queue = filters.UUIDFilter(field_name="session__request__ticket__queue_id")
    since = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", label=_("Not before"))
    until = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt", label=_("Before"))
    min_duration_ms = filters.NumberFilter(field_name="duration_ms", lookup_expr="gte")
    max_duration_ms = filters.NumberFilter(field_name="duration_ms", lookup_expr="lte")
    min_score = filters.NumberFilter(method="by_lowest", label=_("Score, at least"))
    max_score = filters.NumberFilter(method="by_highest", label=_("Score, at most"))

    def by_words(self, rows: QuerySet[Recording], name: str, value: str) -> QuerySet[Recording]:
        return _with(rows, query(value))

    def by_address(self, rows: QuerySet[Recording], name: str, value: str) -> QuerySet[Recording]:
        return _with(rows, query("", address=value))

    def by_lowest(self, rows: QuerySet[Recording], name: str, value: Any) -> QuerySet[Recording]:
        return scored_between(rows, value, None)

    def by_highest(self, rows: QuerySet[Recording], name: str, value: Any) -> QuerySet[Recording]:
        return scored_between(rows, None, value)


def _with(rows: QuerySet[Recording], tsquery: str) -> QuerySet[Recording]:
    """Of the newest `HITS_MAX` that have the words; none for a query without any."""
    hits = find_by_words(tsquery, before=None, most=HITS_MAX) if tsquery else []
    return rows.filter(id__in=[hit.recording_id for hit in hits])


class ReviewedRecordingViewSet(DeletionCall, RecordingViewSet):  # type: ignore[override]  # by the action
    filterset_class = ReviewFilter


def person_behind(request: Request) -> User:
    """Whoever made the token and is still a member; raises `Conflict`."""
    if isinstance(request.user, User) and role_of(request.user.pk):
        return request.user
    raise Conflict(_("This is said by a person: use a token that somebody made who works here."), code="no_person")


class RecordingNoteSerializer(serializers.ModelSerializer[RecordingNote]):
    recording: Any = serializers.PrimaryKeyRelatedField(queryset=Recording.objects.all())
    at_ms = serializers.IntegerField(min_value=0)
    body = serializers.CharField(max_length=BODY_MAX)
    mentions = serializers.ListField(child=serializers.UUIDField(), read_only=True)

    class Meta:
        model = RecordingNote
        fields = ("id", "recording", "at_ms", "body", "author", "mentions", "created_at")
        read_only_fields = ("author", "created_at")


class RecordingNoteViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[RecordingNote]
):
    read_scope = Scope.RECORDINGS_READ
    write_scope = Scope.RECORDINGS_WRITE
    queryset = RecordingNote.objects.all()
    serializer_class = RecordingNoteSerializer
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_fields = ("recording", "author")

    @extend_schema(request=RecordingNoteSerializer, responses={201: RecordingNoteSerializer})
    def create(self, request: Request) -> Response:
        """Note something at a moment, as the person who made the token; who is called by @ is told by e-mail."""
        wanted = RecordingNoteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        try:
            noted = add_note(**wanted.validated_data, author=person_behind(request))
        except AfterTheEnd:
            text = _("The recording ends before that.")
            raise serializers.ValidationError({"at_ms": [text]}, code="after_the_end") from None
        except TooManyNotes:
            text = _("This recording has as many notes as it may have: delete one first.")
            raise Conflict(text, code="too_many_notes") from None
        return Response(RecordingNoteSerializer(noted.note).data, status=201)


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["label", "weight", "scale"],
            "properties": {
                "label": {"type": "string"},
                "weight": {"type": "integer", "minimum": 1},
                "scale": {"type": "integer", "minimum": 1, "description": "most points"},
            },
        },
    }
)
class Criteria(serializers.JSONField):
    """What a scorecard asks for."""


class ScorecardSerializer(serializers.ModelSerializer[Scorecard]):
    criteria = Criteria(validators=[validate_criteria])

    class Meta:
        model = Scorecard
        fields = ("id", "name", "criteria", "is_active", "created_at")

    def validate_name(self, name: str) -> str:
        others = Scorecard.objects.exclude(pk=self.instance.pk if self.instance else None)
        if others.filter(name=name).exists():
            raise serializers.ValidationError(_("Another scorecard has this name: choose a different one."), "taken")
        return name


class ScorecardViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet[Scorecard],
):
    """One that is no longer wanted is set inactive: the scores given by it stay."""

    read_scope = Scope.RECORDINGS_READ
    write_scope = Scope.RECORDINGS_WRITE
    queryset = scorecards()
    serializer_class = ScorecardSerializer
    pagination_class = NewestFirst

    def perform_create(self, serializer: BaseSerializer[Scorecard]) -> None:
        try:
            serializer.instance = save_scorecard(Scorecard(**serializer.validated_data))
        except TooManyScorecards:
            text = _("There are as many scorecards as there may be: change one instead.")
            raise Conflict(text, code="too_many_scorecards") from None


@extend_schema_field(OpenApiTypes.OBJECT)
class Document(serializers.JSONField):
    """As it was kept."""


class ScoreSerializer(serializers.ModelSerializer[Score]):
    recording: Any = serializers.PrimaryKeyRelatedField(queryset=Recording.objects.all())
    scorecard: Any = serializers.PrimaryKeyRelatedField(queryset=Scorecard.objects.filter(is_active=True))
    points: Any = serializers.ListField(child=serializers.IntegerField(min_value=0), write_only=True)
    comment = serializers.CharField(max_length=COMMENT_MAX, required=False, allow_blank=True)
    answers = Document(read_only=True)

    class Meta:
        model = Score
        fields = (
            "id", "recording", "scorecard", "reviewer", "points", "answers", "percent", "comment", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = ("reviewer", "percent", "created_at", "updated_at")


class ScoreViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Score]):
    read_scope = Scope.RECORDINGS_READ
    write_scope = Scope.RECORDINGS_WRITE
    queryset = Score.objects.all()
    serializer_class = ScoreSerializer
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_fields = ("recording", "scorecard", "reviewer")

    @extend_schema(request=ScoreSerializer, responses={201: ScoreSerializer})
    def create(self, request: Request) -> Response:
        """Score a recording as the person who made the token, in place of that person's earlier score."""
        wanted = ScoreSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        try:
            score = give_score(**wanted.validated_data, reviewer=person_behind(request))
        except Refused as error:
            raise serializers.ValidationError({"points": error.messages}, code="points") from None
        return Response(ScoreSerializer(score).data, status=201)


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    filters = serializers.DictField(child=serializers.CharField(max_length=WORDS_MAX))

    class Meta:
        model = SavedView
        fields = ("id", "name", "owner", "is_shared", "filters", "created_at")
        read_only_fields = ("owner",)
        validators: list[Any] = []

    def validate_filters(self, given: dict[str, str]) -> dict[str, str]:
        form = RecordingFilterForm(given)
        unknown = set(given) - set(form.fields)
        if unknown or not form.is_valid():
            raise serializers.ValidationError(_("These are no filters of the list."), "filters")
        return form.texts()


class SavedViewViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[SavedView]
):
    """Those of the person who made the token, and the shared ones."""

    read_scope = Scope.RECORDINGS_READ
    write_scope = Scope.RECORDINGS_WRITE
    queryset = SavedView.objects.all()
    serializer_class = SavedViewSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[SavedView]:
        if not isinstance(self.request.user, User):
            return SavedView.objects.filter(Q(is_shared=True))
        reviewer = Reviewer(self.request.user.pk, role_of(self.request.user.pk) or "")
        return changeable_views(reviewer) if self.request.method == "DELETE" else views_for(reviewer)

    @extend_schema(request=SavedViewSerializer, responses={201: SavedViewSerializer})
    def create(self, request: Request) -> Response:
        """Save filters under a name, in place of those that it had; `filters` as the list at the desk has them."""
        wanted = SavedViewSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        person, fields = person_behind(request), wanted.validated_data
        is_shared = fields.get("is_shared", False) and Reviewer(person.pk, role_of(person.pk) or Role.AGENT).sees_all
        try:
            view = keep_saved_view(fields["name"], owner=person, filters=fields["filters"], is_shared=is_shared)
        except TooManyViews:
            text = _("You have as many views as a person may have: delete one first.")
            raise Conflict(text, code="too_many_views") from None
        return Response(SavedViewSerializer(view).data, status=201)
