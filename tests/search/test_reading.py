"""What of a session's events is text, and when it was there first."""

from typing import Any

import pytest

from recordings.search import reading, shelves
from recordings.search.reading import Reader

PAGE = 1 << 16 | 1


def read(*events: tuple[int, str, Any], stored: dict[str, Any] | None = None) -> Reader:
    """Events of one page as `(at_ms, name, data)`."""
    reader = Reader(load=lambda sha256: (stored or {}).get(sha256, []))
    for at_ms, name, data in events:
        reader.read({"at_ms": at_ms, "page_id": PAGE, "name": name, "data": data})
    reader.end()
    return reader


def element(tag: str, *children: Any, **attributes: str) -> list[Any]:
    return [1, tag, attributes, list(children)]


def test_snapshot_shows_texts_in_order_but_not_scripts_nor_styles() -> None:
    tree = [9, [[10, "html", "", ""], element(
        "html",
        element("head", element("title", "In the tab")),
        element("body", element("style", "p{}"), element("p", "Hello ", element("b", "world")),
                element("script", "x()"), element("img", alt="A cat"), [8, "comment"]),
    )]]  # fmt: skip
    assert read((7, "snapshot", [tree, {"values": [[5, "typed before", 0]]}, {}])).moments == [
        [7, "Hello world A cat"],
        [7, "typed before"],
    ]


def test_nodes_with_ids_are_read_alike() -> None:
    tree = [9, 1, [[1, 2, "html", {}, [[1, 3, "p", {"title": "tip"}, [[3, 4, "Hello"]]]]]]]
    assert read((0, "snapshot", [tree, {}, {}])).moments == [[0, "tip Hello"]]


def test_shared_subtrees_are_read_where_they_are_shown_first() -> None:
    shelf = [element("nav", "Menu"), element("div", 1, "Footer"), ["a" * 64]]
    reader = read(
        (1, "shelf", [1, 1, shelf]),
        (2, "snapshot", [[9, [2]], {}, {}, 1]),
        (3, "snapshot", [[9, [2, 3, 99]], {}, {}, 1]),
        stored={"a" * 64: element("p", "Common")},
    )
    assert reader.moments == [[2, "Menu Footer"], [3, "Common"]]


def test_shelf_that_refers_to_itself_ends() -> None:
    shelf = [element("p", 1, 2, "x"), element("p", 1, 2, "y")]
    assert read((0, "shelf", [1, 1, shelf]), (1, "snapshot", [[9, [2]], {}, {}, 1])).moments == [[1, "x y"]]


def test_mutations_bring_new_texts() -> None:
    changes = {"a": [[2, 0, element("p", "Paid"), "loose", [0, 3, "row", 0, "https://x/"], 17]], "t": [[4, "Total 5"]]}
    assert read((9, "mutation", [changes, 20])).moments == [[9, "Paid loose row Total 5"]]


def test_typing_is_one_text_when_it_is_whole() -> None:
    typed = [(at, "input", [5, text, 0]) for at, text in enumerate(["r", "re", "refund", "x", "xy"])]
    assert read(*typed).moments == [[2, "refund"], [4, "xy"]]


def test_same_text_counts_where_it_was_first() -> None:
    tree = [9, [element("p", "Same")]]
    assert read((1, "snapshot", [tree, {}, {}]), (5, "snapshot", [tree, {}, {}])).moments == [[1, "Same"]]


def test_text_is_such_as_the_database_holds() -> None:
    assert read((0, "input", [1, "half \ud83d\n\x00 pair", 0])).moments == [[0, "half ? pair"]]


def test_addresses_and_titles_are_found() -> None:
    reader = read((4, "page_enter", {"url": "https://shop.example/orders", "title": "Orders"}))
    assert {"u:shop", "u:orders", "orders"} <= reader.words
    assert reader.moments == [[4, "Orders https://shop.example/orders"]]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("snapshot", None), ("snapshot", [None, {}]), ("snapshot", [[[[]]], {"values": 7}]), ("shelf", [1, 2]),
        ("mutation", [{"a": [7], "t": [[]]}]), ("input", [1]), ("input", {}), ("page_enter", {}),
        ("fault", "bad_stream"),
        ("snapshot", [[1, "p", {"alt": 7}, ["x", None, {}]], {}, {}]), ("snapshot", [[0], {}, {}]),
    ],
)  # fmt: skip
def test_what_has_another_shape_does_no_harm(name: str, data: Any) -> None:
    read((0, name, data))


def test_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHARACTERS_MAX", 100)
    reader = read(*((at, "input", [at, f"word{at}-" * 5, 0]) for at in range(50)))
    assert reader.is_full
    assert sum(len(text) for _at, text in reader.moments) <= 100
    monkeypatch.setattr(reading, "CHARACTERS_MAX", 10**6)
    deep: list[Any] = ["deep"]
    for _ in range(100_000):
        deep = [1, "p", {}, [deep]]
    assert read((0, "snapshot", [deep, {}, {}])).moments == []


def test_what_is_typed_and_put_on_shelves_is_bounded_before_it_is_shown() -> None:
    reader = Reader(load=lambda sha256: [])
    for at in range(8):
        long = f"{at}" * reading.CHARACTERS_MAX * 2
        for name, data in (("input", [at, long, 0]), ("shelf", [1, 1, [element("p", long), element("p", long)]])):
            reader.read({"at_ms": at, "page_id": at << 16 | 1, "name": name, "data": data})
    assert reader.is_full
    assert reader.shelves.is_short
    held = [text for _at, text in reader.typed.values()]
    assert sum(map(len, held)) <= reading.CHARACTERS_MAX
    kept = [reader.shelves.take(tab, number) for tab in range(8) for number in (1, 2)]
    assert sum(len(str(parts)) for parts in kept if parts) <= shelves.SHELF_CHARACTERS
    assert reader.shelves.take(0, 1) is None


def test_of_too_many_fields_the_first_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FIELDS_MAX", 2)
    reader = Reader(load=lambda sha256: [])
    for node in range(3):
        reader.read({"at_ms": node, "page_id": PAGE, "name": "input", "data": [node, f"text {node}", 0]})
    assert reader.moments == [[0, "text 0"]]
    assert len(reader.typed) == 2


def test_shelf_has_room_again_for_a_new_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "SHELF_CHARACTERS", 200)
    edition = [element("p", "x" * 100)]
    reader = read(*((at, "shelf", [at, 1, edition]) for at in range(9)), (9, "snapshot", [[9, [1]], {}, {}, 8]))
    assert reader.moments == [[9, "x" * 100]]
    assert not reader.shelves.is_short
