"""A tenant's opening hours: which local intervals of the week agents answer in.

Shape of `Tenant.hours`: `{}` is always open, else
`{"zone": "Asia/Shanghai", "week": {"mon": [["09:00", "12:00"], ["13:00", "24:00"]], …}, "closed": ["2027-01-01"]}`.
A weekday that is missing is closed; intervals include their start and exclude their end.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from helpdesk.tenants.models import Tenant

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
END_OF_DAY = "24:00"


def is_open(tenant: "Tenant", now: datetime) -> bool:
    """Whether `now` (aware) lies within the tenant's opening hours, in the tenant's own time zone."""
    hours = tenant.hours
    if not hours:
        return True
    local = now.astimezone(ZoneInfo(hours["zone"]))
    if local.date() in {date.fromisoformat(day) for day in hours.get("closed", [])}:
        return False
    intervals = hours["week"].get(WEEKDAYS[local.weekday()], [])
    return any(starts <= local.strftime("%H:%M") < ends for starts, ends in intervals)
