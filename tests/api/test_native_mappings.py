"""`/native-mappings/{name}/`."""

from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.api.caller import Caller
from tests.api.test_problems import expect_problem


def test_mapping_of_another_tenant_is_not_found(call: Caller) -> None:
    other = factories.tenant()
    with tenant_scope(other.id):
        factories.native_mapping(name="till")
    for method in ("GET", "DELETE"):
        expect_problem(call(method, "/native-mappings/till/"), status=404, code="not_found")


def test_mapping_must_be_an_object(call: Caller) -> None:
    body = expect_problem(call("PUT", "/native-mappings/till/", ["x"]), status=400, code="invalid")
    assert body["errors"][0]["code"] == "bad_mapping"


MAPPING = {"version": 1, "rules": []}


def test_mapping_is_put_read_and_removed(call: Caller) -> None:
    assert call("PUT", "/native-mappings/till/", MAPPING).status_code == 200
    changed = {**MAPPING, "pages": ["till-*"]}
    assert call("PUT", "/native-mappings/till/", changed).status_code == 200
    assert call("GET", "/native-mappings/till/").json()["document"] == changed
    assert call("DELETE", "/native-mappings/till/").status_code == 204
    expect_problem(call("GET", "/native-mappings/till/"), status=404, code="not_found")


def test_mapping_names_each_wrong_place(call: Caller) -> None:
    wrong = {"version": 2, "rules": [{"surprise": 1}]}
    body = expect_problem(call("PUT", "/native-mappings/till/", wrong), status=400, code="invalid")
    assert {error["code"] for error in body["errors"]} == {"bad_mapping"}
    assert {"#/version", "#/rules/0"} <= {error["pointer"] for error in body["errors"]}
    expect_problem(call("GET", "/native-mappings/till/"), status=404, code="not_found")
