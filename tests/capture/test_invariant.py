"""The rebuilt page equals the visitor's after any change; and the kit that says so sees each kind of difference."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture.fuzz import FOUND
from tests.capture.invariant import Invariant
from tests.capture.playground import Playground, playground
from tests.capture.rig import Rig, rig
from tests.capture.sequences import sequence

SEEDS = range(1, 5)
PAGE = """<!doctype html><title>All</title><style>p { color: red }</style>
<p id=text class=a style="height: 30px">Text</p>
<div id=host></div><iframe id=frame srcdoc="<p>inner"></iframe><input id=field><input id=box type=checkbox>
<select id=choice><option>a<option>b</select><div id=scroller style="height: 20px; overflow: auto"><br><br><br></div>
<script>
  host.attachShadow({ mode: "open" }).innerHTML = "<b>shadow</b>";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("i { color: blue }");
  document.adoptedStyleSheets = [sheet];
</script>"""
# A change at the agent alone, and what the kit has to say of it.
CHANGES = [
    ("find('text').className = 'b'", "attribute class"),
    ("find('text').style.height = '31px'", "attribute style"),
    ("find('text').firstChild.data = 'Other'", "text"),
    ("find('text').append(document.createElement('b'))", "node"),
    ("document.querySelector('style').sheet.insertRule('b {}')", "rules"),
    ("document.adoptedStyleSheets[1].deleteRule(0)", "adopted style sheets"),
    ("find('host').shadowRoot.firstChild.firstChild.data = 'other'", "text"),
    ("find('frame').contentDocument.querySelector('p').id = 'p'", "attribute id"),
    ("find('field').value = 'x'", "value"),
    ("find('box').checked = true", "checked"),
    ("find('box').indeterminate = true", "checked"),
    ("find('choice').selectedIndex = 1", "selected options"),
    ("find('scroller').scrollTop = 5", "scroll position"),
    ("find('field').setAttribute('data-alongside-focus', '')", "focus"),
    ("document.adoptedStyleSheets[0].insertRule('iframe { width: 99px !important }')", "box"),
]

LIST = """<!doctype html><title>List</title><ul id=list><li id=row class=a><b id=word>One</b></ul><div id=other></div>
<script>
  const [list, row, word, other] = ["list", "row", "word", "other"].map((id) => document.getElementById(id));
  const box = document.createElement("p");
</script>"""
# Where nobody observes it. At each / all is told that is observed up to then, and nothing else gets its turn.
AWAY = [
    "row.remove() / row.className = 'b' / list.append(row)",
    "row.remove() / word.firstChild.data = 'Two' / list.append(row)",
    "list.remove() / row.prepend('new ', document.createElement('i')) / document.body.append(list)",
    "list.remove() / row.remove(); word.id = 'b' / document.body.append(list) / list.append(row)",
    "row.remove() / box.append(row); row.className = 'b' / other.append(box) / list.append(row)",
    "other.append(row) / other.remove() / row.className = 'b' / list.append(row)",
    "row.remove() / other.remove(); row.className = 'b'; other.append(row) / document.body.append(other)"
    " / list.append(row)",
]


@pytest.fixture(scope="module")
def ground(browser: Browser) -> Iterator[Playground]:
    with playground(browser) as made:
        yield made


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "page.html").write_text(PAGE)
    with rig(browser, folder) as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_random_operations_arrive(ground: Playground, seed: int) -> None:
    ground.run(sequence(seed))


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.json")), ids=lambda path: path.stem)
def test_found_sequence_arrives(ground: Playground, path: Path) -> None:
    ground.run(json.loads(path.read_text()))


@pytest.mark.parametrize(("change", "what"), CHANGES)
def test_difference_is_named(shown: Rig, change: str, what: str) -> None:
    shown.open("page.html")
    invariant = Invariant(shown)
    shown.until(invariant)
    shown.page.evaluate(f"{{ const find = (id) => document.getElementById(id); {change}; }}")
    assert not invariant()
    assert invariant.difference
    assert invariant.difference.what == what


@pytest.mark.parametrize("act", AWAY)
def test_what_changed_while_it_was_out_of_the_document_arrives(browser: Browser, tmp_path: Path, act: str) -> None:
    (tmp_path / "page.html").write_text(LIST)
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        shown.settle()
        shown.visitor.evaluate(f"async () => {{ {act.replace('/', '; await null;')}; document.body.title = 'Done' }}")
        shown.until(lambda: shown.page.locator("[title=Done]").count(), "the last change")
        shown.until(Invariant(shown))
