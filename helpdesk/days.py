"""Whole days in the current time zone, as the filters of lists have them."""

from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware


def begin_of(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime | None:
    """The first moment after it; None after the last day that there is."""
    return begin_of(day + timedelta(days=1)) if day < date.max else None
