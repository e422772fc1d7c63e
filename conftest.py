"""The services of a test session come before the settings are read; see tests/services.py."""

pytest_plugins = [
    "tests.services",
    "tests.stack",
    "tests.chromium",
    "tests.webserver",
    "tests.long_result",
    "tests.order",
]
