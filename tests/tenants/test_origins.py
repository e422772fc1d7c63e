"""Which origins fit which patterns."""

import pytest

from helpdesk.tenants.origins import is_origin_pattern, origin_is_allowed

FITS = [
    ("https://app.example.com", "https://app.example.com"),
    ("https://app.example.com", "https://APP.example.com"),
    ("https://*.example.com", "https://app.example.com"),
    ("https://*.example.com", "https://a.b.example.com"),
    ("http://localhost:*", "http://localhost:3000"),
    ("http://localhost:*", "http://localhost"),
    ("http://localhost:3000", "http://localhost:3000"),
]
DOES_NOT_FIT = [
    ("https://app.example.com", "http://app.example.com"),
    ("https://app.example.com", "https://app.example.com:8443"),
    ("https://app.example.com", "https://app.example.com.evil.example"),
    ("https://app.example.com", "https://appxexample.com"),
    ("https://*.example.com", "https://example.com"),
    ("https://*.example.com", "https://evil-example.com"),
    ("https://*.example.com", "https://evil.example/.example.com"),
    ("http://localhost:*", "http://localhost:3000.evil.example"),
    ("http://localhost:*", "http://localhost:80x"),
    ("http://localhost:*", "http://localhost:3000\n"),
    ("http://localhost:*", "null"),
    ("http://localhost:*", ""),
]


@pytest.mark.parametrize(("pattern", "origin"), FITS)
def test_origin_fits(pattern: str, origin: str) -> None:
    assert is_origin_pattern(pattern)
    assert origin_is_allowed(origin, patterns=["https://other.example", pattern])


@pytest.mark.parametrize(("pattern", "origin"), DOES_NOT_FIT)
def test_origin_does_not_fit(pattern: str, origin: str) -> None:
    assert not origin_is_allowed(origin, patterns=["https://other.example", pattern])


@pytest.mark.parametrize(
    "pattern",
    ["", "*", "https://", "https://*", "https://a.*.example", "ftp://a.example", "https://a.example/", "HTTPS://A.example",
     "https://a.example:0", "https://a.example:123456", "https://a.example\n", "https://-a.example"],
)  # fmt: skip
def test_pattern_is_refused(pattern: str) -> None:
    assert not is_origin_pattern(pattern)
