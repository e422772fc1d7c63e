"""From where calls are counted."""

import pytest

from assist.requests.limits import line_of


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "no address", False),
    ],
)
def test_addresses_of_one_line_count_together(one: str, other: str, are_same: bool) -> None:
    assert (line_of(one) == line_of(other)) == are_same
