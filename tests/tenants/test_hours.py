"""Opening hours are the tenant's local time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from helpdesk.tenants.hours import is_open
from helpdesk.tenants.models import Tenant

SHANGHAI = {
    "zone": "Asia/Shanghai",
    "week": {"mon": [["09:00", "12:00"], ["13:00", "24:00"]], "tue": [["00:00", "01:00"]]},
    "closed": ["2026-11-30"],
}
BERLIN = {"zone": "Europe/Berlin", "week": {"sun": [["09:00", "10:00"]]}}


@pytest.mark.parametrize(
    ("hours", "now", "expected"),
    [
        ({}, datetime(2026, 11, 23, 3, tzinfo=UTC), True),
        (SHANGHAI, datetime(2026, 11, 23, 0, 59, 59, tzinfo=UTC), False),
        (SHANGHAI, datetime(2026, 11, 23, 1, 0, tzinfo=UTC), True),
        (SHANGHAI, datetime(2026, 11, 23, 3, 59, 59, tzinfo=UTC), True),
        (SHANGHAI, datetime(2026, 11, 23, 4, 0, tzinfo=UTC), False),
        (SHANGHAI, datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), True),
        (SHANGHAI, datetime(2026, 11, 23, 16, 59, tzinfo=UTC), True),
        (SHANGHAI, datetime(2026, 11, 23, 17, 0, tzinfo=UTC), False),
        (SHANGHAI, datetime(2026, 11, 30, 2, 0, tzinfo=UTC), False),
        (BERLIN, datetime(2026, 10, 18, 7, 30, tzinfo=UTC), True),
        (BERLIN, datetime(2026, 10, 25, 7, 30, tzinfo=UTC), False),
        (BERLIN, datetime(2026, 10, 25, 8, 30, tzinfo=UTC), True),
    ],
)
def test_hours_open_and_close(hours: dict[str, Any], now: datetime, expected: bool) -> None:
    assert is_open(Tenant(hours=hours), now) is expected
