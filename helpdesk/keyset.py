"""Lists by pages that cost the same however far one has come: the next page begins after the last row of this one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """Not a cursor that a page of a list has given out."""


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """`next_cursor` is empty on the last page."""

    rows: list[Row]
    next_cursor: str


def newest_first(rows: QuerySet[Row], *, by: str, cursor: str, size: int) -> KeysetPage[Row]:
    """At most `size` rows by the moment in their field `by` and by id; `cursor` is of the page before, or empty.

    Raises `BadCursor`.
    """
    rows = rows.order_by(f"-{by}", "-id")
    if cursor:
        moment, last_id = read_cursor(cursor)
        # The first condition alone is a range of an index.
        rows = rows.filter(**{f"{by}__lte": moment}).filter(Q(**{f"{by}__lt": moment}) | Q(id__lt=last_id))
    found = list(rows[: size + 1])
    shown = found[:size]
    return KeysetPage(shown, cursor_of(shown[-1], by) if len(found) > size else "")


def cursor_of(row: Any, by: str) -> str:
    """Of the page that begins after this row."""
    return f"{getattr(row, by).isoformat()}_{row.pk}"


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """The moment and the id of the last row before the page; raises `BadCursor`."""
    moment, _, last_id = cursor.partition("_")
    try:
        at = parse_datetime(moment)
        if at is None or at.tzinfo is None:
            raise BadCursor(cursor)
        return at, UUID(last_id)
    except ValueError:
        raise BadCursor(cursor) from None
