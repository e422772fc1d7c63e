"""`/tickets/` and `/queues/`."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import people_of_tenant
from helpdesk.api.pagination import NewestFirst
from helpdesk.api.scopes import Scope
from helpdesk.tenants.validation import RECORDING_DAYS_MAX
from helpdesk.tickets.actions import add_message, change_ticket, find_or_create_contact, open_ticket, save_queue
from helpdesk.tickets.models import Contact, Message, Priority, Queue, Status, Ticket
from helpdesk.tickets.queries import conversation, search

BODY_MAX = 100_000


class ContactSerializer(serializers.ModelSerializer[Contact]):
    class Meta:
        model = Contact
        fields = ("id", "name", "email")


class NewContactSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)


class QueueSerializer(serializers.ModelSerializer[Queue]):
    class Meta:
        model = Queue
        fields = ("id", "name", "is_default", "recording_days")


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    contact = ContactSerializer(read_only=True)

    class Meta:
        model = Ticket
        fields = (
            "id", "number", "subject", "contact", "queue", "status", "priority", "assignee", "created_at", "updated_at",
        )  # fmt: skip


class TicketChangeSerializer(serializers.Serializer[Any]):
    subject = serializers.CharField(max_length=300)
    status = serializers.ChoiceField(choices=Status.choices)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    queue = serializers.PrimaryKeyRelatedField(queryset=Queue.objects.all(), required=False)
    assignee = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        assignee: Any = fields["assignee"]
        assignee.queryset = people_of_tenant()
        return fields


class NewTicketSerializer(TicketChangeSerializer):
    status = None  # type: ignore[assignment]
    contact = NewContactSerializer()
    body = serializers.CharField(max_length=BODY_MAX, required=False, allow_blank=True)


class MessageSerializer(serializers.ModelSerializer[Message]):
    body = serializers.CharField(max_length=BODY_MAX)

    class Meta:
        model = Message
        fields = ("id", "body", "is_internal", "author", "sent_at", "created_at")
        read_only_fields = ("author", "sent_at")


class TicketFilter(filters.FilterSet):
    search = filters.CharFilter(method="by_text", label=_("Words of number, subject or contact"))

    class Meta:
        model = Ticket
        fields = ("status", "priority", "queue", "assignee", "number")

    def by_text(self, tickets: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return search(tickets, text=value)


class TicketPages(NewestFirst):
    ordering = "-number"


class TicketViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Ticket]):
    read_scope = Scope.TICKETS_READ
    write_scope = Scope.TICKETS_WRITE
    queryset = Ticket.objects.select_related("contact")
    serializer_class = TicketSerializer
    pagination_class = TicketPages
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = TicketFilter

    @extend_schema(request=NewTicketSerializer, responses={201: TicketSerializer})
    def create(self, request: Request) -> Response:
        """Open a ticket; `body` is the contact's first message."""
        wanted = NewTicketSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        fields = dict(wanted.validated_data)
        contact = find_or_create_contact(**fields.pop("contact"))
        ticket = open_ticket(fields.pop("subject"), contact=contact, **fields)
        return Response(TicketSerializer(ticket).data, status=201)

    @extend_schema(request=TicketChangeSerializer(partial=True), responses=TicketSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change subject, status, priority, queue or assignee."""
        ticket = self.get_object()
        wanted = TicketChangeSerializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        return Response(TicketSerializer(change_ticket(ticket, changes=wanted.validated_data)).data)

    @extend_schema(responses=MessageSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def messages(self, request: Request, pk: str) -> Response:
        """The conversation, oldest first, internal notes included."""
        return Response(MessageSerializer(conversation(self.get_object()), many=True).data)

    @extend_schema(request=MessageSerializer, responses={201: MessageSerializer})
    @messages.mapping.post
    def add_message(self, request: Request, pk: str) -> Response:
        """Say something as the person who made the token: public messages are mailed to the contact."""
        wanted = MessageSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        author = request.user if isinstance(request.user, User) else None
        message = add_message(self.get_object(), author=author, **wanted.validated_data)
        return Response(MessageSerializer(message).data, status=201)


class QueueChangeSerializer(serializers.Serializer[Any]):
    recording_days = serializers.IntegerField(min_value=0, max_value=RECORDING_DAYS_MAX, allow_null=True)


class QueueViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Queue]):
    read_scope = Scope.TICKETS_READ
    write_scope = Scope.TENANT_WRITE
    queryset = Queue.objects.order_by("name")
    serializer_class = QueueSerializer
    pagination_class = None

    @extend_schema(request=QueueChangeSerializer, responses=QueueSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """How many days recordings of its tickets are kept: `null` as the tenant says, 0 for ever."""
        queue, wanted = self.get_object(), QueueChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        queue.recording_days = wanted.validated_data["recording_days"]
        return Response(QueueSerializer(save_queue(queue)).data)
