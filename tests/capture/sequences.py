"""Sequences of operations on a page, from a seed: what frameworks and people do with pages, and what nobody should.

An operation is `[name, arguments]`, carried out by pages/fuzz.js. Between two operations named `rest` the page is not
looked at.
"""

import random
from collections.abc import Callable
from typing import Any

from tests.capture import vocabulary

Operation = list[Any]
Reference = int | str
# No node has this number: the operation is left out.
NOTHING = -1


class Author:
    """Writes one sequence. It remembers what it has named; not where that is, or whether it is still there."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.last = 0
        self.parents: list[Reference] = [0]
        self.elements: list[int] = []
        self.named: dict[str, list[int]] = {}

    def number(self, below: int = 10) -> int:
        return self.random.randrange(below)

    def make(self, kind: str) -> int:
        self.last += 1
        self.named.setdefault(kind, []).append(self.last)
        return self.last

    def any_of(self, *kinds: str) -> int:
        known = [label for kind in kinds for label in self.named.get(kind, [])]
        return self.random.choice(known) if known else NOTHING

    def parent(self) -> Reference:
        """Newer ones more often, so that trees grow deep as well."""
        return self.random.choice(self.parents[-8:] if self.number(2) else self.parents)

    def element(self) -> int:
        return self.random.choice(self.elements) if self.elements else NOTHING

    def node(self) -> int:
        texts = [label for kind in ("text", "comment") for label in self.named.get(kind, [])]
        return self.random.choice([*self.elements, *texts] or [NOTHING])

    def before(self) -> int | None:
        return self.node() if self.number(3) == 0 else None

    def words(self) -> str:
        return self.random.choice(vocabulary.TEXTS).format(self.number(100))

    def rule(self) -> str:
        return self.random.choice(vocabulary.RULES).format(self.number(5), self.number(9))

    def root(self) -> Reference:
        places: list[Reference] = ["document", *(f"shadow:{host}" for host in self.named.get("shadow", []))]
        return self.random.choice([*places, *(f"frame:{frame}" for frame in self.named.get("frame", []))])

    def add(
        self, kind: str, tag: str, attributes: dict[str, str], text: str = "", parent: Reference | None = None
    ) -> Operation:
        """An element of a kind; of which kinds others are put into it is said here."""
        parent = self.parent() if parent is None else parent
        label = self.make(kind)
        self.elements.append(label)
        if kind in ("plain", "table", "drawn", "host", "scroller", "details", "dialog", "popover", "slot"):
            self.parents.append(label)
        classes = {"class": f"c{self.number(5)}", **attributes}
        return ["element", [label, tag, classes, text, parent, self.before()]]


def insert(author: Author) -> Operation:
    kind, tags = author.random.choice(vocabulary.COMMON)
    return author.add(kind, author.random.choice(tags), {}, author.words() if author.number(2) else "")


def insert_special(author: Author) -> Operation:
    return author.random.choice(
        [
            lambda: author.add("field", *author.random.choice(vocabulary.FIELDS)),
            lambda: author.add("box", "input", author.random.choice(vocabulary.BOXES)),
            lambda: author.add("select", "select", {"class": author.random.choice(["open", "c1"])}),
            lambda: author.add("details", "details", {}, "inside"),
            lambda: author.add("summary", "summary", {}, "sum"),
            lambda: author.add("dialog", "dialog", {}, "said"),
            lambda: author.add("popover", "div", {"popover": ""}, "popped"),
            lambda: author.add("slot", "slot", author.random.choice([{}, {"name": "s"}])),
            lambda: author.add("picture", "img", {"src": vocabulary.PIXEL, "width": "9", "height": "7"}),
            lambda: author.add("scroller", "div", {"style": "height: 60px; overflow: auto"}),
            lambda: author.add("tall", "div", vocabulary.TALL, parent=author.any_of("scroller")),
        ]
    )()


def insert_option(author: Author) -> Operation:
    label = author.make("option")
    return ["element", [label, "option", {}, f"option {author.number(100)}", author.any_of("select"), None]]


def insert_text(author: Author) -> Operation:
    kind = author.random.choice(["text", "text", "comment"])
    return [kind, [author.make(kind), author.words(), author.parent(), author.before()]]


def insert_style(author: Author) -> Operation:
    return author.add("style", "style", {}, author.random.choice(["", author.rule(), author.rule() + author.rule()]))


def insert_frame(author: Author) -> Operation:
    operation = author.add(
        "frame", "iframe", {"width": "200", "height": "80", **author.random.choice(vocabulary.FRAMES)}
    )
    author.parents.append(f"inside:{author.last}")
    return operation


def insert_host(author: Author) -> Operation:
    """Its root comes later, maybe."""
    return author.add("host", author.random.choice(vocabulary.HOSTS), {}, author.words())


def attach(author: Author) -> Operation:
    host = author.any_of("host")
    author.named.setdefault("shadow", []).append(host)
    author.parents.append(f"shadow:{host}")
    return ["shadow", [host, {"mode": "open"}]]


def group(author: Author) -> Operation:
    labels = [author.node() for _ in range(author.number(4))]
    name, given = author.random.choice(
        [("fragment", [author.parent(), author.before(), labels]), ("replaceChildren", [author.parent(), labels])]
    )
    return [name, given]


def move(author: Author) -> Operation:
    return ["move", [author.node(), author.parent(), author.before()]]


def rearrange(author: Author) -> Operation:
    parent, node = author.parent(), author.node()
    calls: list[Operation] = [["reverse", [parent]], ["refill", [parent]], ["normalize", [parent]]]
    calls += [["reinsert", [node]], ["remove", [node]], ["unwrap", [author.element()]]]
    calls += [["wrap", [node, author.element()]]]
    return author.random.choice(calls)


def copy(author: Author) -> Operation:
    original = author.element()
    return ["clone", [author.make("copy"), original, author.number(3) > 0, author.parent(), author.before()]]


def rewrite(author: Author) -> Operation:
    text = author.random.choice(vocabulary.MARKUP).format(author.number(100))
    name = author.random.choice(["html", "html", "textContent"])
    return [name, [author.parent(), text if name == "html" else author.words()]]


def change_text(author: Author) -> Operation:
    if author.number(2):
        return ["data", [author.any_of("text"), author.words()]]
    return ["split", [author.any_of("text"), author.number(6), author.make("text")]]


def change_attribute(author: Author) -> Operation:
    label, value = author.element(), author.random.choice([None, str(author.number(100))])
    common = [("class", f"c{author.number(5)}"), ("id", f"i{author.number(5)}"), (f"data-{author.number(3)}", value)]
    common += [(name, author.random.choice([None, ""])) for name in ("open", "disabled")]
    common += [("style", author.random.choice([None, "margin-top: 2px"])), ("slot", author.random.choice([None, "s"]))]
    common += [("width", value)]
    return ["attribute", [label, *author.random.choice(common)]]


def change_property(author: Author) -> Operation:
    if author.number(2):
        return ["style", [author.element(), *author.random.choice(vocabulary.STYLES)]]
    return ["property", [author.element(), *author.random.choice(vocabulary.PROPERTIES)]]


def change_style(author: Author) -> Operation:
    label = author.any_of("style", "style", "sheet")
    calls: list[Operation] = [["insertRule", [label, author.number(3), author.rule()]]] * 2
    calls += [["deleteRule", [label, author.number(2)]], ["disabled", [label, author.number(2) == 0]]]
    calls += [["ruleStyle", [label, author.number(2), "margin-top", f"{author.number()}px"]]]
    calls += [["textContent", [author.any_of("style"), author.rule()]]]
    calls += [["text", [author.make("text"), author.rule(), author.any_of("style"), None]]]
    return author.random.choice(calls)


def change_adopted(author: Author) -> Operation:
    root = author.root()
    choice = author.number(4)
    if choice == 0 or not author.named.get("sheet"):
        return ["sheet", [author.make("sheet"), author.rule(), root]]
    if choice == 1:
        return ["replaceSync", [author.any_of("sheet"), author.rule() * (1 + author.number(2))]]
    return ["adopt", [root, [author.any_of("sheet") for _ in range(author.number(3))]]]


def write(author: Author) -> Operation:
    markup = author.random.choice(vocabulary.MARKUP).format(author.number(100))
    return ["write", [author.any_of("frame"), author.random.choice(["", "<!doctype html>"]) + markup]]


def raise_or_lower(author: Author) -> Operation:
    calls: list[Operation] = [["call", [author.any_of("dialog"), name]] for name in ("showModal", "show", "close")]
    calls += [["call", [author.any_of("popover"), name]] for name in ("showPopover", "hidePopover")]
    return author.random.choice(calls)


def scroll(author: Author) -> Operation:
    if author.number(3) == 0:
        return ["scrollPage", [author.number(100), author.number(1000)]]
    return ["scroll", [author.any_of("scroller", "scroller", "field"), author.number(100), author.number(500)]]


def enter(author: Author) -> Operation:
    field = author.any_of("field")
    calls: list[Operation] = [["type", [field, f"typed{author.number(1000)} words"]]] * 2
    calls += [["property", [field, "value", f"script{author.number(1000)}"]]]
    calls += [["call", [author.any_of("box"), "click"]], ["property", [author.any_of("box"), "checked", True]]]
    calls += [["property", [author.any_of("box"), "indeterminate", author.number(2) == 0]]]
    calls += [["choose", [author.any_of("select"), author.number(3)]]]
    calls += [["property", [author.any_of("select"), "selectedIndex", author.number(3)]]]
    return author.random.choice(calls)


def focus(author: Author) -> Operation:
    label = author.any_of("field", "box", "select", "summary")
    return ["call", [label, author.random.choice(["focus", "focus", "blur"])]]


def travel(author: Author) -> Operation:
    path = author.random.choice(["a.html", "b.html", "a.html?x=1"])
    return author.random.choice(
        [["push", [path]], ["push", [path]], ["back", []], ["back", []], ["hash", ["h1"]], ["replace", [path]]]
    )


def replace_page(author: Author) -> Operation:
    return author.random.choice([["body", [author.make("body")]], ["title", [f"title {author.number(100)}"]]])


WEIGHTS: list[tuple[Callable[[Author], Operation], int]] = [
    *((act, 10) for act in (insert, insert_special, move, rearrange, change_attribute, change_property)),
    *((act, 6) for act in (insert_text, change_text, change_style, enter, rewrite, insert_host, attach)),
    *((act, 4) for act in (insert_style, change_adopted, insert_frame, insert_option, group, scroll, focus, copy)),
    *((act, 3) for act in (raise_or_lower, write, travel)),
    (replace_page, 1),
]


# Whatever else a sequence is made of: without nodes there is nothing to do.
ALWAYS = (insert, insert_special)
FEWEST_ACTS = 4


def sequence(seed: int, *, bursts: int = 5, steps: int = 25) -> list[Operation]:
    """`bursts` runs of about `steps` operations, a rest after each.

    Each seed has some of the acts only: where all take turns, hardly two that matter to each other meet (swarm testing,
    A. Groce and others).
    """
    author = Author(seed)
    some = author.random.sample(WEIGHTS, author.random.randint(FEWEST_ACTS, len(WEIGHTS)))
    acts, weights = zip(*some, *((act, 10) for act in ALWAYS), strict=True)
    written: list[Operation] = []
    for _ in range(bursts):
        for act in author.random.choices(acts, weights, k=steps):
            written.append(act(author))
            pause = author.number(12)
            if pause < 4:
                written.append(["frame" if pause < 2 else "told", []])
        written.append(["rest", []])
    return written
