"""The conversion of native pages, against the vectors that the browser's side is held to as well."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from alongside_client.difference import difference
from alongside_client.native import Sight, choose_mapping, globs, page_tree
from alongside_client.page import BadNativePage, check_version
from alongside_client.personal import find_personal, hidden
from assist.capture.validation import SCHEMA
from tests.capture.sites import ROOT

FOLDER = ROOT / "tests" / "vectors" / "native"
VECTORS = sorted(FOLDER.glob("*.json"))
HANDED = json.loads((FOLDER / "refused" / "pages.json").read_text())
PAGE_SCHEMA = SCHEMA.with_name("page.schema.json")
EMPTY = {"version": 1, "rules": []}


@pytest.fixture(params=VECTORS, ids=lambda path: path.stem)
def vector(request: pytest.FixtureRequest) -> dict[str, Any]:
    path: Path = request.param
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def converted(vector: dict[str, Any], name: str) -> Any:
    types = vector.get("data", [])
    sight = Sight(hides=lambda text: hidden(text, find_personal(text, types)))
    return page_tree(vector[name], mapping=vector["mapping"], title=vector["title"], sight=sight)


def validator(path: Path) -> Draft202012Validator:
    return Draft202012Validator(json.loads(path.read_text()))


def test_page_becomes_the_tree_of_the_vector(vector: dict[str, Any]) -> None:
    assert converted(vector, "page") == vector["tree"]


def test_difference_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    after = converted(vector, "after")
    change, merged = difference(vector["tree"], after)
    assert change == vector["mutation"]
    assert difference(merged, after)[0] is None


def test_vector_fits_the_schemas(vector: dict[str, Any]) -> None:
    assert not list(validator(SCHEMA).iter_errors(vector["mapping"]))
    for name in ("page", "after"):
        assert not list(validator(PAGE_SCHEMA).iter_errors({"pageId": "x", "root": vector[name]}))


def root_of(handed: dict[str, Any]) -> Any:
    def node(children: list[Any]) -> dict[str, Any]:
        return {"tag": "a", "rect": [0, 0, 1, 1], "children": children}

    if "wide" in handed:
        return node([node([])] * handed["wide"])
    made = handed.get("root")
    for _ in range(handed.get("deep", 0)):
        made = node([made] if made else [])
    return made


@pytest.mark.parametrize("handed", HANDED, ids=lambda handed: handed["name"])
def test_page_is_refused_where_the_vector_says_so(handed: dict[str, Any]) -> None:
    root = root_of(handed)
    if handed.get("refused"):
        with pytest.raises(BadNativePage):
            page_tree(root, mapping=EMPTY)
    else:
        page_tree(root, mapping=EMPTY)
    if "root" in handed:
        assert validator(PAGE_SCHEMA).is_valid({"pageId": "x", "root": root}) is not handed.get("schema", False)


def test_page_that_holds_itself_is_refused() -> None:
    page: dict[str, Any] = {"tag": "a", "rect": [0, 0, 1, 1], "children": []}
    page["children"].append(page)
    with pytest.raises(BadNativePage):
        page_tree(page, mapping=EMPTY)


@pytest.mark.parametrize("side", [float("nan"), float("inf"), 10**400, True])
def test_rect_without_numbers_is_refused(side: Any) -> None:
    with pytest.raises(BadNativePage):
        page_tree({"tag": "a", "rect": [0, 0, 1, side]}, mapping=EMPTY)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, 1e300, [], object()])
def test_attribute_that_is_no_text_is_left_empty(value: Any) -> None:
    mapping = {"version": 1, "rules": [{"match": {"tag": "*"}, "text": "{{a|nothing}}"}]}
    tree = page_tree({"tag": "a", "rect": [0, 0, 1, 1], "attributes": {"a": value}}, mapping=mapping)
    assert tree[2][1][4][1][4][0][4] == [[3, 8, "nothing"]]


@pytest.mark.parametrize(
    "mapping",
    [
        {"version": 1, "rules": [{"match": {"tag": "*"}, "children": [{"children": [{}] * 20}] * 20}]},
        {"version": 1, "rules": [{"match": {"tag": "*"}, "text": "{{text}}" * 100}]},
    ],
)
def test_what_a_mapping_makes_of_a_page_is_bounded(mapping: dict[str, Any]) -> None:
    texts = [{"tag": "b", "text": "x" * 10_000, "rect": [0, 0, 1, 1]}] * 1000
    with pytest.raises(BadNativePage):
        page_tree({"tag": "a", "rect": [0, 0, 1, 1], "children": texts}, mapping=mapping)


def test_format_of_another_version_is_refused() -> None:
    check_version(1)
    for version in (2, "1", None, True):
        with pytest.raises(BadNativePage):
            check_version(version)


def test_pattern_takes_linear_time() -> None:
    assert not globs("*a" * 100 + "*b", "a" * 10_000)
    assert not globs("a*a", "a")
    assert globs("*Edit*Text", "MyEditableText")
    assert globs("", "")


def test_mapping_for_the_page_is_chosen_by_name() -> None:
    bay, rest = {"version": 1, "pages": ["bay-*"], "rules": []}, {"version": 1, "rules": []}
    assert choose_mapping({"b": rest, "a": bay}, page_id="bay-1") is bay
    assert choose_mapping({"b": rest, "a": bay}, page_id="till") is rest
