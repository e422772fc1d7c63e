"""Minutes of random sequences; what fails is shrunk and stays in tests/capture/found."""

import itertools
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.capture.fuzz import search

pytestmark = pytest.mark.long
MINUTES = 5


def test_minutes_of_random_operations_arrive(browser: Browser, record_property: Callable[[str, object], None]) -> None:
    first = int(time.time())
    record_property("first seed", first)
    print(f"first seed {first}")
    found = search(browser, itertools.count(first), minutes=MINUTES)
    assert not found, [path.read_text() for path in found]
