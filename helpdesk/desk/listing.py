"""Lists that cost the same with a million rows."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from unfold.views import ChangeList

from helpdesk.tickets.models import Ticket

COUNTED_MAX = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than `COUNTED_MAX` rows; whoever looks for older ones searches or filters."""

    template_name = "desk/pagination.html"

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows[:COUNTED_MAX].count()

    @property
    def is_capped(self) -> bool:
        return self.count == COUNTED_MAX


class DeskChangeList(ChangeList):
    """A list under the plain name of its rows."""

    def __init__(self, request: Any, model: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, model, *args, **kwargs)
        self.title = self.opts.verbose_name_plural


class TicketChangeList(DeskChangeList):
    """The inbox."""

    def __init__(self, request: Any, model: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, model, *args, **kwargs)
        self.title = self.model_admin.admin_site.index_title

    def url_for_result(self, result: Ticket) -> str:
        return reverse("desk:ticket", args=[result.number])
