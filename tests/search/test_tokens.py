"""Words in any script: what is kept is what is found."""

import pytest

from recordings.search.tokens import ADDRESS, address_tokens, best_moment, query, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Order No. 4711, café!", ["order", "no", "4711", "café"]),
        ("退款订单", ["退款", "款订", "订单", "单"]),
        ("单", ["单"]),
        ("iPhone手机壳x", ["iphone", "手机", "机壳", "壳", "x"]),
        ("ＡＢＣ １２", ["abc", "12"]),
        ("a_b ••• ---", ["a", "b"]),
        ("สวัสดี", None),
        ("", []),
    ],
)
def test_text_becomes_tokens(text: str, found: list[str] | None) -> None:
    assert found is None or list(tokens(text)) == found


def test_query_is_of_tokens_only() -> None:
    assert query("Refund 退款订单") == "'refund':* & '退款':* & '款订':* & '订单':*"
    assert query("单") == "'单':*"
    assert query("' | !xy:* & (") == "'xy':*"
    assert query("---") == ""
    assert query("ab ab", address="shop.example/orders") == "'ab':* & 'u:shop':* & 'u:example':* & 'u:orders':*"
    assert len(query(" ".join(map(str, range(100)))).split("&")) == 20


def test_single_letter_is_a_word_of_its_own() -> None:
    """As a beginning it would be one of nearly all recordings, each of which has to be read."""
    assert query("a 7 é", address="x") == "'a' & '7' & 'é' & 'u:x'"
    moments = [(0, "an apple"), (5, "plan a")]
    assert best_moment(moments, words="a") == (5, "plan a")


def test_addresses_are_tokens_of_their_own() -> None:
    assert set(address_tokens("https://shop.example/a?b=1")) == {
        f"{ADDRESS}{t}" for t in ["https", "shop", "example", "a", "b", "1"]
    }


def test_moment_is_the_first_with_most_of_the_words() -> None:
    moments = [(0, "the shop"), (5, "refund for an order"), (9, "refund order 12"), (12, "refund order 12 again")]
    assert best_moment(moments, words="order 12") == (9, "refund order 12")
    assert best_moment(moments, words="refund zebra") == (5, "refund for an order")
    assert best_moment(moments, words="zebra") is None
    assert best_moment([(3, "申请退款订单")], words="退款订") == (3, "申请退款订单")
