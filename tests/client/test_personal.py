"""The native visitor's search for personal data, against the vectors that the browser's is held to as well."""

import json
from typing import Any

import pytest

from alongside_client.personal import DATA_TYPES, find_personal, hidden, holds_card
from tests.capture.sites import ROOT

VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "personal" / "texts.json").read_text())
LONG = 1 << 15


def found(text: str, *types: str) -> list[str]:
    return [text[start:end] for start, end in find_personal(text, types)]


@pytest.mark.parametrize("kind", DATA_TYPES)
def test_each_way_of_writing_is_found_whole_alone_and_in_a_sentence(kind: str) -> None:
    for text in VECTORS["whole"][kind]:
        assert [found(text, kind), found(f"See {text}, please.", kind), found(f"号码：{text}。", kind)] == [[text]] * 3


def test_what_only_looks_like_it_is_left_alone() -> None:
    assert {text: found(text, *DATA_TYPES) for text in VECTORS["innocent"] if found(text, *DATA_TYPES)} == {}


def test_only_what_is_listed_is_looked_for() -> None:
    for vector in VECTORS["found"]:
        assert found(vector["text"], *vector["types"]) == vector["found"]
    assert holds_card("4111 1111 1111 1111 123")


def test_the_rest_of_the_text_and_the_white_space_stay() -> None:
    for vector in VECTORS["hidden"]:
        assert hidden(vector["text"], find_personal(vector["text"], DATA_TYPES)) == vector["hidden"]


@pytest.mark.parametrize("shape", ["1", "０", "a.", "a@", "1.", "(0", "例@"])
def test_a_long_text_of_anything_is_gone_through(shape: str) -> None:
    """What takes more than linear time does not end here within the patience of anybody."""
    assert find_personal(shape * (LONG // len(shape)), DATA_TYPES) == []
