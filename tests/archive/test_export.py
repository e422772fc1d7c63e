"""The archive as rrweb events, piece by piece: what a page's stream may say, on a page as small as can be."""

import sys
from typing import Any

import pytest

from assist.channel.protocol import FrameFlag, FrameKind
from recordings.archive.export import nodes
from recordings.archive.export.assets import ArchiveAssets, Room
from recordings.archive.export.lines import csv_cell
from recordings.archive.export.pages import KEPT_STATES, Page, States
from recordings.archive.export.rrweb import Converter
from recordings.archive.export.tree import Node, Tree
from tests.archive.visitor import DIGEST, OTHER, PAGE, START_MS, VIEWPORT, Visitor, mutation, opened, texts


def test_page_begins_with_its_size_and_snapshot() -> None:
    visitor = opened([[1, "input", {"type": "checkbox"}, []], "Hello"], values=[[4, "on", 1]], scroll=[[1, 0, 40]])
    meta, full = visitor.events[-2:]
    assert (meta["type"], meta["data"]) == (4, {"href": "http://x/", "width": 800, "height": 600})
    assert full["data"]["initialOffset"] == {"left": 0, "top": 40}
    box = full["data"]["node"]["childNodes"][0]["childNodes"][0]["childNodes"][0]
    assert (box["id"], box["attributes"]) == (4, {"type": "checkbox", "checked": True})


def test_form_that_was_said_before_has_new_values() -> None:
    visitor = opened([[1, "ul", {}, []]])
    row = [1, "li", {"class": "row", "id": "a"}, ["one", [1, "b", {"title": "t"}, ["two"]]]]
    visitor.say("mutation", 1, {"a": [[4, 0, row]]}, 5)
    changes = mutation(visitor.say("mutation", 2, {"a": [[4, 0, [0, 0, 0, "b", "three"]]]}, 10))
    nodes = [add["node"] for add in changes["adds"]]
    assert [(node["id"], node.get("attributes", node.get("textContent"))) for node in nodes] == [
        (10, {"class": "row", "id": "b"}),
        (11, "three"),
        (12, {"title": "t"}),
        (13, "two"),
    ]


def test_ids_are_differences_and_nodes_move() -> None:
    visitor = opened([[1, "i", {}, []], [1, "b", {}, []], [1, "u", {}, []], "end"])
    said = {"r": [[3, 5]], "a": [[3, 4, 6]], "t": [[7, "END"]], "s": [[4, {"class": "x"}], [2, {"class": "y"}]]}
    changes = mutation(visitor.say("mutation", 1, said, 0))
    assert changes["removes"] == [{"parentId": 3, "id": 5}, {"parentId": 3, "id": 6}]
    assert [(add["parentId"], add["nextId"], add["node"]["id"]) for add in changes["adds"]] == [(3, 4, 6)]
    assert changes["texts"] == [{"id": 7, "value": "END"}]
    assert [(change["id"], change["attributes"]) for change in changes["attributes"]] == [
        (4, {"class": "x"}),
        (6, {"class": "y"}),
    ]


def test_shadow_roots_and_frames_are_told_as_rrweb_has_them() -> None:
    shadow = [11, [[1, "p", {}, ["inside"]]], {"adopted": [["p { color: red }"]]}]
    frame = [1, "iframe", {"src": "http://x/inner"}, [[9, [[1, "html", {}, ["framed"]]]]]]
    visitor = opened([[1, "x-host", {}, [shadow, "light"]], frame])
    full, attached, adopted = visitor.events[-3:]
    host, holder = full["data"]["node"]["childNodes"][0]["childNodes"][0]["childNodes"]
    assert (host["isShadowHost"], [child.get("isShadow") for child in host["childNodes"]]) == (True, [True, None])
    assert (holder["attributes"], holder["childNodes"]) == ({}, [])
    (add,) = attached["data"]["adds"]
    assert (attached["data"]["isAttachIframe"], add["parentId"], texts(add["node"])) == (True, holder["id"], "framed")
    assert add["node"]["childNodes"][0]["rootId"] == add["node"]["id"]
    assert (adopted["data"]["source"], adopted["data"]["id"]) == (15, host["id"])


def test_pages_that_nobody_looks_at_change_unseen() -> None:
    visitor = opened(["first"])
    assert visitor.enter(OTHER, flags=FrameFlag.BACKGROUND)[0]["data"]["tag"] == "alongside.page_enter"
    assert visitor.snapshot(["second"], page=OTHER) == []
    assert visitor.say("mutation", 1, {"t": [[4, "changed"]]}, 0, page=OTHER) == []
    turned = visitor.control(FrameKind.VISIBILITY, {}, page=OTHER)
    assert [event["type"] for event in turned] == [5]
    shown = visitor._read(FrameKind.VISIBILITY, b"{}", page=OTHER, flags=FrameFlag.FRONT)
    assert texts(next(event["data"]["node"] for event in shown if event["type"] == 2)) == "changed"


def test_visitor_comes_back_to_a_state_that_was_named() -> None:
    visitor = opened(["then"])
    visitor.say("checkpoint", 1, DIGEST[:16])
    visitor.say("mutation", 2, {"t": [[4, "later"]]}, 0)
    payload = {"url": "http://x/", "title": "X", "kind": "html", "viewport": VIEWPORT, "at_seq": 3}
    back = visitor.control(FrameKind.HISTORY, {**payload, "checkpoint": DIGEST, "volatile": {}})
    assert texts(next(event["data"]["node"] for event in back if event["type"] == 2)) == "then"
    lost = visitor.control(FrameKind.HISTORY, {**payload, "checkpoint": DIGEST[::-1]})
    assert [event["data"]["tag"] for event in lost] == ["alongside.fault"]


def test_what_does_not_fit_is_said_and_the_next_snapshot_counts() -> None:
    visitor = opened(["here"])
    for line in (["scroll", 2], ["mutation", 3, {"a": [[3, 0, [0, 7]]]}, 9]):
        assert [event["data"]["tag"] for event in visitor.say(*line)] == ["alongside.fault"]
    # Nobody knows what the page is now.
    assert visitor.say("mutation", 4, {"t": [[4, "there"]]}, 0) == visitor.say("scroll", 5, 4, 0, 9) == []
    assert [event["type"] for event in visitor.snapshot(["again"])] == [4, 2]


def test_states_are_kept_within_their_bounds(monkeypatch: Any) -> None:
    states, page = States(), Page(PAGE)
    page.tree = Tree(Node(9, 1))
    for number in range(KEPT_STATES + 3):
        states.keep(page, f"{number:016}")
    assert list(page.kept) == [f"{number:016}" for number in range(3, KEPT_STATES + 3)]
    monkeypatch.setattr("recordings.archive.export.pages.KEPT_BYTES", 1)
    other = Page(OTHER)
    other.tree = Tree(Node(9, 1))
    states.keep(other, DIGEST)
    assert not page.kept


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1", "'=1"),
        ("＝1", "'＝1"),
        ("\t", "'\t"),
        ("a;=cmd|'/C calc'!A0;b", "a;'=cmd|'/C calc'!A0;b"),
        ('a;"@x"', 'a;\'"@x"'),
        ("a\tb\n －1\r＋1", "a\tb\n' －1\r'＋1"),
        ("a=1; b-2; c", "a=1; b-2; c"),
    ],
)
def test_no_part_of_a_cell_is_a_formula(text: str, cell: str) -> None:
    assert csv_cell(text) == cell


def test_pictures_are_put_in_within_bounds_then_keep_their_address(monkeypatch: Any) -> None:
    assets = ArchiveAssets({"a" * 64: "image/png"}, lambda sha256: b"x" * 30)
    monkeypatch.setattr(nodes, "EVENT_CHARACTERS", 200)
    assets.room = Room(300)
    visitor = Visitor()
    visitor.converter = Converter(assets)
    visitor._read(FrameKind.SESSION_START, b'{"started_at_ms": %d}' % START_MS, page=0)
    visitor.enter()
    address = f"asset:{'a' * 64}"
    for put_in in (3, 1, 0):
        full = visitor.snapshot([[1, "img", {"src": address}, []] for _ in range(5)])[-1]
        body = full["data"]["node"]["childNodes"][0]["childNodes"][0]
        sources = [picture["attributes"]["src"] for picture in body["childNodes"]]
        assert sources == [*[sources[0]] * put_in, *[address] * (5 - put_in)]
        assert sources[0].startswith("data:image/png") == bool(put_in)


def test_place_among_siblings_is_found_without_looking_at_them() -> None:
    """Counted in calls and lines of Python, not in time."""

    def steps(siblings: int) -> int:
        root = Node(9, 1)
        for number in range(2, siblings + 2):
            root.put(Node(1, number, tag="p"))
        tree, count = Tree(root), 0

        def step(*_args: Any) -> Any:
            nonlocal count
            count += 1
            return step

        before = sys.gettrace()
        sys.settrace(step)
        try:
            for number in range(siblings // 2, siblings // 2 + 5):
                tree.insert(1, siblings, tree.remove(1, number))
        finally:
            sys.settrace(before)
        assert [child.id for child in root.children][-7] == siblings // 2
        return count

    assert steps(20) == steps(200)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a { b: url(x.png) }", "a { b: url(http://s.example/x.png) }"),
        ("a { b: url( 'x y.png' ) }", "a { b: url( 'http://s.example/x y.png' ) }"),
        ('@import "x.css" print;', '@import "http://s.example/x.css" print;'),
        ("@import url(x.css);", "@import url(http://s.example/x.css);"),
        ("a { b: url(#c) }", "a { b: url(#c) }"),
        ("a { b: url('http://[x') }", "a { b: url('http://[x') }"),
        # No expression that looks at a place more than once would come to an end here.
        ("url(" + " " * 100_000, "url(" + " " * 100_000),
        ("url(" * 20_000, "url(" * 20_000),
    ],
    ids=lambda text: text[:20],
)
def test_addresses_of_a_sheet_stay_those_of_its_place(text: str, shown: str) -> None:
    serializer = nodes.Serializer(Page(1, url="http://s.example/"), ArchiveAssets({}, lambda sha256: b""))
    assert serializer.alone_at(text, base="http://s.example/a.css") == shown
