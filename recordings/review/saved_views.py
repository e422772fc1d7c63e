"""Views of the list that people save for themselves, and managers for everybody."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from helpdesk.accounts.models import User
from recordings.review.models import SavedView
from recordings.review.queries import Reviewer

VIEWS_MAX = 50


class TooManyViews(RuntimeError):
    """A person has at most `VIEWS_MAX` views."""


def views_for(reviewer: Reviewer) -> QuerySet[SavedView]:
    """A person's own and the shared ones, by name."""
    return SavedView.objects.filter(Q(owner_id=reviewer.user_id) | Q(is_shared=True)).order_by("name", "id")


def changeable_views(reviewer: Reviewer) -> QuerySet[SavedView]:
    """A person's own; for managers the shared ones of others as well."""
    own = Q(owner_id=reviewer.user_id)
    return SavedView.objects.filter(own | Q(is_shared=True) if reviewer.sees_all else own)


def keep_saved_view(name: str, *, owner: User, filters: Mapping[str, str], is_shared: bool) -> SavedView:
    """One view a name and person; raises `TooManyViews`."""
    mine = SavedView.objects.filter(owner=owner)
    if not mine.filter(name=name).exists() and mine.count() >= VIEWS_MAX:
        raise TooManyViews(owner.pk)
    view, _is_new = SavedView.objects.update_or_create(
        owner=owner, name=name, defaults={"filters": dict(filters), "is_shared": is_shared}
    )
    return view


def delete_saved_view(view: SavedView) -> None:
    view.delete()
