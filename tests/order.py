"""Files that take long come first: at the end there is something left for each worker until all is done."""

from pathlib import Path

import pytest

# What a file's tests stand on says how long they take: whole systems, then a stack with browsers, then hundreds of
# pages in one file, then a browser.
WEIGHTS = {"cluster": 5, "live_stack": 4, "home": 3, "stands": 2, "browser": 1, "shown": 1}
WHOLE_SYSTEM = {"test_method.py": 7, "test_system.py": 6}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    weights: dict[Path, int] = {}
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        weight = max([WEIGHTS.get(name, 0) for name in fixtures] + [WHOLE_SYSTEM.get(item.path.name, 0)])
        weights[item.path] = max(weight, weights.get(item.path, 0))
    items.sort(key=lambda item: -weights[item.path])
