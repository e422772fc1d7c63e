"""`/native-mappings/{name}/`, and those that come with the desk."""

import json
from typing import Any

import pytest

from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.api.caller import Caller
from tests.api.test_problems import expect_problem

MAPPING = {"version": 1, "rules": []}


def test_mapping_of_another_tenant_is_not_found(call: Caller) -> None:
    other = factories.tenant()
    with tenant_scope(other.id):
        factories.native_mapping(name="till")
    for method in ("GET", "DELETE"):
        expect_problem(call(method, "/native-mappings/till/"), status=404, code="not_found")
    assert call("GET", "/native-mappings/").json() == []
    body = {**MAPPING, "extends": "till"}
    expect_problem(call("PUT", "/native-mappings/own/", body), status=400, code="invalid")


def test_mapping_is_put_read_listed_and_removed(call: Caller) -> None:
    assert call("PUT", "/native-mappings/till/", MAPPING).status_code == 200
    changed = {**MAPPING, "pages": ["till-*"]}
    assert call("PUT", "/native-mappings/till/", changed).status_code == 200
    assert call("GET", "/native-mappings/till/").json()["document"] == changed
    assert [mapping["name"] for mapping in call("GET", "/native-mappings/").json()] == ["till"]
    assert call("DELETE", "/native-mappings/till/").status_code == 204
    expect_problem(call("GET", "/native-mappings/till/"), status=404, code="not_found")


def test_ready_mappings_can_be_read_and_put(call: Caller) -> None:
    ready = call("GET", "/ready-native-mappings/").json()
    assert [mapping["name"] for mapping in ready] == ["android-views", "flutter", "qt-widgets", "uikit"]
    for mapping in ready:
        assert call("GET", f"/ready-native-mappings/{mapping['name']}/").json() == mapping
        assert call("PUT", f"/native-mappings/{mapping['name']}/", mapping["document"]).status_code == 200
    expect_problem(call("GET", "/ready-native-mappings/tk/"), status=404, code="not_found")


def test_mapping_that_others_extend_stays(call: Caller) -> None:
    assert call("PUT", "/native-mappings/base/", MAPPING).status_code == 200
    assert call("PUT", "/native-mappings/till/", {**MAPPING, "extends": "base"}).status_code == 200
    body = expect_problem(call("DELETE", "/native-mappings/base/"), status=409, code="in_use")
    assert "till" in body["detail"]
    body = expect_problem(
        call("PUT", "/native-mappings/base/", {**MAPPING, "extends": "till"}), status=400, code="invalid"
    )
    assert "base → till → base" in body["errors"][0]["detail"]


WRONG = """{
  "version": 2,
  "rules": [
    {"match": {"tag": "a"},  "elment": "div"},
    {"match": {"tag": "b"}, "style": {"Bad Name": "x"}},
    {"match": {"tag": "名"}, "element": "script"}
  ]
}"""


def places(body: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(error["pointer"], error["line"], error["column"]) for error in body["errors"]]


def test_each_wrong_place_is_named_by_line_and_column(call: Caller) -> None:
    body = expect_problem(call("PUT", "/native-mappings/till/", WRONG.encode()), status=400, code="invalid")
    assert {error["code"] for error in body["errors"]} == {"bad_mapping"}
    assert sorted(places(body)) == [
        ("#/rules/0/elment", 4, 30),
        ("#/rules/1/style/Bad Name", 5, 39),
        ("#/rules/2/element", 6, 40),
        ("#/version", 2, 14),
    ]
    expect_problem(call("GET", "/native-mappings/till/"), status=404, code="not_found")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"version": 1,\n "rules": [,]}', 2, 12),
        ('{"version": 1\n', 2, 1),
        ("nothing", 1, 1),
        ('{\n  "ü": "\t"}', 2, 9),
    ],
)
def test_text_that_is_no_json_is_told_where_it_breaks(call: Caller, text: str, line: int, column: int) -> None:
    body = expect_problem(call("PUT", "/native-mappings/till/", text.encode()), status=400, code="parse_error")
    assert places(body) == [("#", line, column)]


CYCLE = """{"version": 1, "rules": [],
 "shapes": {"a": {"extends": "b"},
            "b": {"children": [{"extends": "a"}]}},
 "fallback": {"extends": "a"}}"""


@pytest.mark.parametrize(
    ("text", "pointer", "line", "column", "says"),
    [
        (CYCLE, "#/shapes/b/children/0/extends", 3, 44, "a → b → a"),
        ('{"version": 1,\n"rules": [{"match": {"tag": "x"}, "extends": "none"}]}', "#/rules/0/extends", 2, 46, "none"),
        ('{"version": 1, "rules": [],\n"extends": "till"}', "#/extends", 2, 12, "till → till"),
        ('{"version": 1, "rules": [],\n"extends": "ready:none"}', "#/extends", 2, 12, "ready:none"),
        ("[1]", "#", 1, 1, "object"),
    ],
)
def test_inheritance_that_leads_nowhere_is_told_where_it_is(
    call: Caller, text: str, pointer: str, line: int, column: int, says: str
) -> None:
    body = expect_problem(call("PUT", "/native-mappings/till/", text.encode()), status=400, code="invalid")
    assert places(body) == [(pointer, line, column)]
    assert says in body["errors"][0]["detail"]


def shapes(count: int, **shape: Any) -> dict[str, Any]:
    named = {f"s{at}": {"children": [{"extends": f"s{at + 1}"}] * 20} for at in range(count - 1)}
    return {**MAPPING, "shapes": {**named, f"s{count - 1}": shape}, "fallback": {"extends": "s0"}}


def nested(depth: int) -> Any:
    return {"children": [nested(depth - 1)]} if depth else {}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps(shapes(8)), id="shapes that multiply"),
        pytest.param(json.dumps({**MAPPING, "fallback": nested(25)}), id="shapes in one another"),
        pytest.param(
            '{"version": 1, "rules": [], "fallback": ' + '{"children": [' * 5000 + "]}" * 5000 + "}", id="deep"
        ),
        pytest.param('{"version": 1, "rules": [' + "[]," * 100_000 + "[]]}", id="many rules"),
        pytest.param("[" * 300_000, id="very deep"),
        pytest.param('{"version": 1, "rules": [], "variables": {"a": "' + "x" * 900_000 + '"}}', id="long"),
        pytest.param('{"version": 1, "rules": [], "\\ud800": {}}', id="half a pair"),
        pytest.param('{"version": 1, "rules": [], "variables": {"a": "\\u0000"}}', id="a zero"),
    ],
)
def test_hostile_mapping_is_refused(call: Caller, body: str) -> None:
    answer = call("PUT", "/native-mappings/till/", body.encode())
    assert answer.status_code == 400
    assert len(answer.content) < 10_000
