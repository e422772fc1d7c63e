"""Ways in which what people type could leave the page beside the value of a field; each is closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture.rig import Rig, rig

IDENTITIES = ["name", "email", "tel", "street-address", "bday", "section-a shipping postal-code", "username"]
NEVER = ["cc-number", "cc-csc", "section-a billing cc-exp", "current-password", "new-password", "one-time-code"]
PAGE = f"""<!doctype html><meta charset=utf-8><title>Gaps</title><form id=form>
{"".join(f"<input class=identity autocomplete='{token}'>" for token in IDENTITIES)}
<div id=allowed>{"".join(f"<input class=never autocomplete='{token}'>" for token in NEVER)}
<input id=flips type=password><input id=quiet type=hidden value=canary-quiet><input id=seen></div>
<input id=file type=file><input id=amount type=range aria-valuetext=start>
<input id=coded name=card_number list=cards>
<datalist id=cards><option value=canary-card>canary-label</option></datalist>
<input id=town list=towns><datalist id=towns><option value=Lima>Lima</option></datalist>
<x-field id=custom value=canary-custom></x-field><output id=result>canary-output</output>
<div id=drawn role=textbox aria-valuetext=canary-spoken>canary-drawn</div>
<div id=editor contenteditable data-placeholder="Say it">x</div>
<div id=plainly contenteditable=plaintext-only>canary-plainly</div><iframe id=designed></iframe></form>
<script>
  customElements.define("x-field", class extends HTMLElement {{
    static formAssociated = true;
    internals = this.attachInternals();
    set value(text) {{ this.internals.setFormValue(text); this.setAttribute("value", text); }}
  }});
  designed.contentDocument.body.append("canary-designed"); designed.contentDocument.designMode = "on";
  amount.oninput = () => amount.setAttribute("aria-valuetext", "canary-amount");
  editor.oninput = () => {{ editor.dataset.text = editor.textContent; editor.title = `You: ${{editor.textContent}}`; }};
  document.addEventListener("copy", (event) => event.clipboardData.setData("text/plain", "canary-copied"));
</script>"""
ACT = """folder => {
  for (const field of document.querySelectorAll(".identity, .never")) field.value = "canary-filled";
  flips.value = "canary-flips"; flips.type = "text"; flips.type = "search"; flips.name = "q"; flips.value += "-on";
  seen.value = "seen by all";
  custom.value = "canary-later"; amount.value = 73; amount.dispatchEvent(new Event("input"));
  editor.textContent = "canary-editor"; editor.dispatchEvent(new Event("input"));
  getSelection().selectAllChildren(editor); document.execCommand("copy");
  const data = new DataTransfer(); data.setData("text/plain", "canary-pasted");
  const pasted = new ClipboardEvent("paste", {clipboardData: data, bubbles: true});
  seen.dispatchEvent(pasted);
}"""


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "page.html").write_text(PAGE)
    (folder / "canary-file.pdf").write_text("x")
    with rig(browser, folder, masking={"allow": ["#allowed"]}) as made:
        made.open("page.html")
        made.settle()
        made.visitor.evaluate(ACT)
        made.visitor.set_input_files("#file", folder / "canary-file.pdf")
        made.until(lambda: "seen by all" in made.operations())
        made.visitor.evaluate("testCapture.resync()")
        made.settle()
        yield made


def test_nothing_that_was_entered_is_in_a_byte(shown: Rig) -> None:
    assert [line for line in shown.operations().splitlines() if "canary" in line] == []


def test_what_an_identity_field_has_is_hidden_unless_allowed(shown: Rig) -> None:
    lengths = shown.page.evaluate("[...document.querySelectorAll('.identity, .never')].map(({value}) => value)")
    assert lengths == ["•" * len("canary-filled")] * (len(IDENTITIES) + len(NEVER))
    assert shown.page.input_value("#seen") == "seen by all"


def test_name_of_a_chosen_file_is_hidden(shown: Rig) -> None:
    assert ".pdf" not in shown.operations()


def test_suggestions_for_other_fields_stay(shown: Rig) -> None:
    assert shown.page.get_attribute("#towns option", "value") == "Lima"
    assert shown.page.get_attribute("#editor", "data-placeholder") == "Say it"
