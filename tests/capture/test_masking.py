"""What people type never leaves the page: planted secrets are looked for in every byte that was sent."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture.rig import Rig, rig

PAGE = """<!doctype html><title>Form</title>
<form>
  <input id=typed><input id=attribute value=canary-attribute><input type=hidden value=canary-hidden>
  <input id=secret type=password value=canary-password-attribute>
  <input id=card name=card_number><input id=code autocomplete=cc-csc><input id=number>
  <textarea id=area>canary-area-text</textarea>
  <select id=choice><option>first</option><option>canary-choice</option><option>third</option></select>
  <div id=editor contenteditable>canary-editor-text</div>
  <input id=free placeholder="Your town"><input id=broken>
  <div id=private title=canary-title>canary-private <b>canary-inner</b></div>
  <section id=blocked style="width:120px;height:40px"><p>canary-blocked</p><img alt=canary-alt></section>
  <meta name=csrf-token content=canary-token>
</form>
<script>const inScript = "canary-script";</script>"""
MASKING = {"allow": ["#free", "#card", "#number", "#secret"], "mask": ["#private"], "block": ["#blocked"]}
TYPED = {
    "#typed": "canary-typed", "#card": "canary-card", "#code": "canary-code", "#number": "4111 1111 1111 1111",
    "#area": "canary-area-typed", "#attribute": "canary-more",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "form.html").write_text(PAGE)
    return tmp_path


def everything(shown: Rig) -> str:
    return shown.operations() + "".join(body.decode("latin-1") for _type, body in shown.store.values())


def type_secrets(shown: Rig) -> None:
    page = shown.visitor
    for selector, text in TYPED.items():
        page.fill(selector, text)
    page.fill("#secret", "canary-password")
    page.evaluate("secret.type = 'text'")
    page.fill("#secret", "canary-password-shown")
    page.select_option("#choice", "canary-choice")
    page.fill("#editor", "canary-editor-typed")
    page.evaluate("document.querySelector('#private b').textContent = 'canary-later'")
    page.evaluate("blocked.innerHTML += '<i>canary-blocked-later</i>'")
    page.evaluate("typed.setAttribute('value', 'canary-set')")


def test_planted_secrets_are_in_no_byte(browser: Browser, folder: Path) -> None:
    with rig(browser, folder, masking=MASKING) as shown:
        shown.open("form.html")
        shown.settle()
        type_secrets(shown)
        shown.settle()
        shown.visitor.evaluate("testCapture.resync()")
        shown.settle()
        sent = everything(shown)
        leaked = [line for line in sent.splitlines() if "canary" in line.replace('"canary-choice"', "")]
        assert not leaked
        assert "4111" not in sent
        assert '"input"' in sent


def test_length_and_placeholder_stay(browser: Browser, folder: Path) -> None:
    with rig(browser, folder, masking=MASKING) as shown:
        shown.open("form.html")
        shown.visitor.fill("#typed", "four")
        shown.visitor.fill("#free", "Lima")
        shown.until(lambda: "Lima" in shown.operations())
        shown.settle()
        assert shown.page.input_value("#typed") == "••••"
        assert shown.page.input_value("#free") == "Lima"
        assert shown.page.get_attribute("#free", "placeholder") == "Your town"


def test_blocked_element_keeps_its_size_only(browser: Browser, folder: Path) -> None:
    with rig(browser, folder, masking=MASKING) as shown:
        shown.open("form.html")
        shown.settle()
        box = shown.page.evaluate("(({width, height}) => [width, height])(blocked.getBoundingClientRect())")
        assert box == [120, 40]
        assert shown.page.evaluate("blocked.childNodes.length") == 0


def test_choice_of_a_masked_select_is_not_told(browser: Browser, folder: Path) -> None:
    with rig(browser, folder) as shown:
        shown.open("form.html")
        shown.visitor.select_option("#choice", "third")
        shown.settle()
        assert shown.page.evaluate("choice.selectedIndex") == -1


def test_invalid_rule_denies(browser: Browser, folder: Path) -> None:
    with rig(browser, folder, masking={"allow": ["#free", "p[["], "mask": ["div[["]}) as shown:
        shown.open("form.html")
        shown.visitor.fill("#free", "canary-free")
        shown.settle()
        assert "canary-free" not in everything(shown)


def test_rules_of_a_url_count_there_only(browser: Browser, folder: Path) -> None:
    (folder / "other.html").write_text(PAGE)
    rules = {"urls": [{"pattern": "*/form.html", "allow": ["#free"]}]}
    with rig(browser, folder, masking=rules) as shown:
        for path, text in (("form.html", "open-here"), ("other.html", "canary-free")):
            shown.open(path)
            shown.visitor.fill("#free", text)
            shown.settle()
        assert "open-here" in everything(shown)
        assert "canary-free" not in everything(shown)


def test_mask_rule_follows_a_class_that_comes_later(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><title>P</title><p id=line>visible now</p>")
    with rig(browser, tmp_path, masking={"mask": [".hidden-part"]}) as shown:
        shown.open("page.html")
        shown.settle()
        shown.visitor.evaluate("line.className = 'hidden-part'")
        shown.settle()
        assert shown.page.inner_text("#line") == "••••••• •••"


def test_password_hides_where_its_words_end(browser: Browser, folder: Path) -> None:
    with rig(browser, folder, masking=MASKING) as shown:
        shown.open("form.html")
        shown.visitor.fill("#secret", "two words")
        shown.until(lambda: "•" * len("two words") in shown.operations())
        assert "••• •••••" not in shown.operations()


MIRRORS = """<!doctype html><title>Mirrors</title>
<input id=named><input id=turned><input id=spoken type=range><output id=result></output>
<div id=around><textarea id=growing></textarea></div>
<div id=editor contenteditable>x<svg width=9 height=9><text id=drawn>canary-drawn</text></svg></div>
<section id=private data-pay=canary-data>
  <a href="mailto:canary-link@example.com">w</a><input id=box type=checkbox checked><x-card id=card></x-card>
  <select><option value=canary-option>A</option></select><meter value=0.4242></meter>
  <iframe id=framed srcdoc="<p title=canary-title>canary-framed</p><input id=inner type=checkbox checked>"></iframe>
</section>
<script>
  card.attachShadow({mode: "open"}).append("canary-shadow");
  named.oninput = () => { named.title = `You typed ${named.value}`; named.dataset.value = named.value; };
  growing.oninput = () => { around.dataset.replica = growing.value; };
  spoken.oninput = () => { spoken.setAttribute("aria-valuetext", spoken.value); result.textContent = spoken.value; };
</script>"""


def type_into_mirrors(shown: Rig) -> None:
    page = shown.visitor
    page.fill("#named", "canary-named")
    page.fill("#growing", "canary-growing")
    page.fill("#turned", "canary-turned")
    page.evaluate("turned.type = 'button'")
    page.fill("#spoken", "73")
    page.evaluate("editor.innerHTML += `<a href='https://canary-anchor.example/'>l</a><img src='data:,canary-image'>`")


def test_mirrors_of_what_is_hidden_are_hidden(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(MIRRORS)
    with rig(browser, tmp_path, masking={"mask": ["#private"]}) as shown:
        shown.open("page.html")
        shown.settle()
        type_into_mirrors(shown)
        shown.settle()
        shown.visitor.evaluate("testCapture.resync()")
        shown.settle()
        sent = everything(shown)
        leaked = [line for line in sent.splitlines() if "canary" in line or "4242" in line or '"73"' in line]
        assert not leaked
        assert shown.page.evaluate("[box, framed.contentDocument.getElementById('inner')].map((at) => at.checked)") == [
            False,
            False,
        ]


def test_attributes_that_repeat_nothing_stay(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><title>P</title><input id=a title=Town data-role=place>")
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        shown.visitor.fill("#a", "To")
        shown.settle()
        assert shown.page.get_attribute("#a", "title") == "Town"
        assert shown.page.get_attribute("#a", "data-role") == "place"
