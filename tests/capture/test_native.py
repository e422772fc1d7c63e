"""The Python side of the conversion, against the vectors that the browser's side is held to as well."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assist.capture.native import BadNativePage, choose_mapping, difference, page_tree
from assist.capture.validation import SCHEMA
from tests.capture.sites import ROOT

VECTORS = sorted((ROOT / "tests" / "vectors" / "native").glob("*.json"))


@pytest.fixture(params=VECTORS, ids=lambda path: path.stem)
def vector(request: pytest.FixtureRequest) -> dict[str, Any]:
    path: Path = request.param
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def test_page_becomes_the_tree_of_the_vector(vector: dict[str, Any]) -> None:
    assert page_tree(vector["page"], mapping=vector["mapping"], title=vector["title"]) == vector["tree"]


def test_difference_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    after = page_tree(vector["after"], mapping=vector["mapping"], title=vector["title"])
    change, merged = difference(vector["tree"], after)
    assert change == vector["mutation"]
    assert difference(merged, after)[0] is None


def test_mapping_of_the_vector_fits_the_schema(vector: dict[str, Any]) -> None:
    assert not list(Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(vector["mapping"]))


@pytest.mark.parametrize(
    "mapping",
    [
        {"version": 2, "rules": []},
        {"version": 1, "rules": [{"match": {"tag": "x"}, "element": "script"}]},
        {"version": 1, "rules": [{"match": {"tag": "x"}, "attributes": {"onclick": "x"}}]},
        {"version": 1, "rules": [{"match": {"tag": "x"}, "attributes": {"src": "x"}}]},
        {"version": 1, "rules": [{"match": {"tag": "x"}, "elment": "div"}]},
        {"version": 1, "rules": [{"element": "div"}]},
    ],
)
def test_mapping_that_could_act_or_is_misspelt_is_refused(mapping: dict[str, Any]) -> None:
    assert list(Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(mapping))


@pytest.mark.parametrize("root", [None, [], {"tag": 1}, {"tag": "x"}, {"tag": "x", "rect": [0, 0, 1, float("nan")]}])
def test_page_that_is_no_tree_of_tags_is_refused(root: Any) -> None:
    with pytest.raises(BadNativePage):
        page_tree(root, mapping={"version": 1, "rules": []})


def test_mapping_for_the_page_is_chosen_by_name() -> None:
    bay, rest = {"version": 1, "pages": ["bay-*"], "rules": []}, {"version": 1, "rules": []}
    assert choose_mapping({"b": rest, "a": bay}, page_id="bay-1") is bay
    assert choose_mapping({"b": rest, "a": bay}, page_id="till") is rest
