"""The inbox's filters."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from helpdesk.accounts.people import person_of
from helpdesk.accounts.queries import people_of_tenant
from helpdesk.tickets.models import Priority, Queue, Status, Ticket

ALL = "all"
ME = "me"
NOBODY = "nobody"


class StatusFilter(DropdownFilter):
    """Shows what is to be done unless asked for something else."""

    title = _("status")
    parameter_name = "status"
    all_option = ("", _("Open and waiting"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Status.choices, (ALL, _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        if self.value() == ALL or request.GET.get("q"):
            return queryset
        if self.value() in Status.values:
            return queryset.filter(status=self.value())
        return queryset.filter(status__in=[Status.OPEN, Status.PENDING])


class PriorityFilter(DropdownFilter):
    title = _("priority")
    parameter_name = "priority"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Priority.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        return queryset.filter(priority=self.value()) if self.value() in Priority.values else queryset


class QueueFilter(DropdownFilter):
    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(pk), name) for pk, name in Queue.objects.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        known = {value for value, _name in self.lookup_choices}
        return queryset.filter(queue=self.value()) if self.value() in known else queryset


class AssigneeFilter(DropdownFilter):
    title = _("assignee")
    parameter_name = "assignee"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        others = people_of_tenant().exclude(pk=person_of(request).pk)
        return [(ME, _("Me")), (NOBODY, _("Nobody")), *((str(person.pk), str(person)) for person in others)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        value = self.value()
        if value == NOBODY:
            return queryset.filter(assignee=None)
        known = {choice for choice, _name in self.lookup_choices}
        person = person_of(request).pk if value == ME else value
        return queryset.filter(assignee=person) if value in known else queryset
