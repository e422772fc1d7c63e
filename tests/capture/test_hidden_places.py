"""Less walked places in which something private can stand: each has a secret of its own, looked for in every byte."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture.rig import Rig, rig
from tests.e2e.canaries import noise

PHONE, EMAIL = "13800138000", "ann@example.com"
RULES = {
    "data": ["card", "phone", "identity", "email"], "mask": [".private"], "block": [".blocked"], "allow": [".open"],
}  # fmt: skip
WORDS = f"""<user-card phone="{PHONE}" :email="{EMAIL}" @tel="{PHONE}" id="user-{PHONE}" name="of-{EMAIL}"
  json='{{"tel":"call\\n{PHONE}"}}' query="%7B%22tel%22%3A%22{PHONE}%22%7D" size="large" user-phone="x 555-0100"
  data-card="0000 canary" href="tel:{PHONE}" poster="mailto:{EMAIL}" hotel="rooms 2024"></user-card>
<x-at href="#{EMAIL}"></x-at>
<a download="{EMAIL}.pdf" href="/x">d</a>
<svg owner="{EMAIL}" width=9 height=9><path id=path d="M1 0 138 0013 8000"/></svg>
<style>.told::before {{ content: "{PHONE}" }}</style><p class=told style="--tel:'{PHONE}'">told</p>
<style id=scripted></style>
<script>scripted.sheet.insertRule('.told::after {{ content: "{EMAIL}" }}');
const sheet = new CSSStyleSheet(); sheet.replaceSync('.other::after {{ content: "{EMAIL}" }}');
document.adoptedStyleSheets = [sheet];</script><u id=own></u><script>own.marked = "by a script";</script>"""
PRIVATE = """<div class=private><img id=masked src=masked.png><img srcset="masked.png 1x" src=masked.png>
  <p style="background:url(masked.png);--name:'canary-variable'">p</p><x-row owner=canary-owner></x-row>
  <video poster=masked.png></video><input type=image src=masked.png><svg><image href=masked.png /></svg>
  <svg aria-label="canary-label url(x)" data-of="canary-data url(x)" owner=canary-drawn viewBox="0 0 9 9" id=drawing>
    <use href="masked.png#part" /><g fill="url(masked.png#part)" stroke="url(#part)" stroke-width=2></g></svg>
  <math owner=canary-formula><mi>x</mi></math><a href="#canary-part">a</a><i id=moves></i>
  <p id=laid style="--shown: canary unquoted ext(x) {canary-block} /**/ canary-end; --gap: calc(1px + 2%) RED solid
    3s -.5 !important; --of: var(--shown)">p</p>
  <style>.private { --sheet: canary-unquoted } .private::after { content: "canary-quoted" }
  #pictured { background: url(masked.png) }</style><p id=pictured style="background:image-set('masked.png' 1x)">p</p>
  <u marked=canary-marked>u</u></div>
<b id=told-by-frames></b>
<section id=later style="width:90px;height:30px">seen at first</section>
<form class=open><input id=blocked class=blocked><p class=blocked style="--x:'canary-blocked'">p</p></form>
<p id=line class=plain><x-host id=host></x-host></p><iframe id=frame srcdoc="<p id=inside>framed text</p>"></iframe>"""
ENTERED = """<output><b>canary-output</b></output>
<div contenteditable>an <span contenteditable=false>canary-island <b>canary-inner</b></span></div>
<iframe srcdoc="<x-field value=canary-framed></x-field><script>
  customElements.define('x-field', class extends HTMLElement { static formAssociated = true });</script>"></iframe>
<style>select { appearance: base-select }</style>
<select><button><selectedcontent id=repeated></selectedcontent></button><option>first<option>second<b>-one</b></select>
<div id=outer><select id=told><option>first<option value=v-lima>Lima</select></div>
<button role=combobox id=combo aria-expanded=false aria-activedescendant=two>canary-combo</button>
<ul role=listbox id=list><li role=option aria-selected=false>one
  <li role=option aria-selected=true data-state=checked>two</ul>
<ul role=listbox class=open><li id=seen role=option aria-selected=true>one</ul>
<ul class=private><li id=covered role=tab aria-selected=true>one</ul>
<x-text id=component></x-text><div contenteditable><x-chip></x-chip></div><output><x-chip></x-chip></output>
<x-chip role=textbox></x-chip>
<div style="width:300px;height:60px"><p id=written tabindex=0>text</p><p id=drawn></p></div>
<div><input id=grows><span id=sizer></span></div>
<div><input id=cleared><b contenteditable id=wiped>x</b></div>
<style id=spoken></style><input id=quoted type=password>
<input id=word type=password><p id=echo></p><label id=mirror><input id=mirrored></label>
<div id=code style="position:relative;width:300px;height:60px"><div style="width:0;height:0;overflow:hidden">
  <textarea id=keys style="width:1px;height:1em;padding:0;border:0"></textarea></div><pre id=lines></pre></div>
<form data-of=booking><input name=children><input name=attributes>
  <input name=matches value=1><input name=closest><input name=getRootNode></form><img name=title alt="">"""
ADDRESSES = """<p>See https://a.example/?token=canary-text.</p><p data-set='{"u":"/a?token=canary-json"}'>j</p>
<img id=signed src="seen.png?token=canary-signed&w=1"><img srcset="seen.png?token=canary-set 1x">
<p id=styled style="background:url(seen.png?token=canary-style)">p</p><portal src="/p?token=canary-portal"></portal>
<style>.x { background: url("seen.png?token=canary-sheet") }</style>"""
ACT = """() => {
  keys.oninput = () => { lines.append(keys.value); keys.value = ""; };
  component.attachShadow({ mode: "open" }).innerHTML = "<input>";
  component.shadowRoot.firstChild.value = "canary-component"; component.setAttribute("text", "canary-component");
  sizer.textContent = grows.value;
  for (const chip of document.querySelectorAll("x-chip"))
    chip.attachShadow({ mode: "open" }).innerHTML = "<p><b title=canary-chip>canary-chip</b><img src=masked.png></p>";
  written.editContext = new EditContext();
  written.editContext.addEventListener("textupdate", ({ target }) => drawn.textContent = target.text);
  document.querySelector("select").selectedIndex = 1;
  mirrored.value = "canary-mirrored"; mirror.style.setProperty("--typed", `"${mirrored.value}"`);
  const other = Object.assign(document.createElement("input"), { className: "open", value: word.value });
  word.replaceWith(other); echo.textContent = `Your password: ${other.value}`;
  echo.className = other.value;
  scripted.sheet.insertRule(`.echo::after { content: "is ${other.value}" }`);
  spoken.textContent = `.echo::before { content: '${other.value}'; --of: ${other.value} }`;
  spoken.append(`[alt="${other.value}"] { top: 0 }`);
  spoken.append(`.echo { quotes: ${JSON.stringify(quoted.value)} "x" }`); quoted.title = JSON.stringify(quoted.value);
  told.selectedIndex = 1; told.dataset.of = told.value; told.title = "Now: Lima"; outer.dataset.at = 1;
  cleared.value = wiped.textContent = "";
  cleared.placeholder = "Last: canary-cleared"; cleared.ariaLabel = cleared.dataset.of = "canary-cleared";
  wiped.title = cleared.parentElement.title = "Last: canary-wiped";
  later.className = "blocked"; later.append("canary-later");
  host.attachShadow({ mode: "open" }).append("in a shadow");
  line.title = "seen before";
  moves.animate({ width: ["0", "4242px"] }, 1e6);
  document.getElementById("told-by-frames").animate({
    content: ["'canary-words'", "none"], "--x": ["canary-value", "b"], opacity: [0.5, 1],
    backgroundImage: ["url(masked.png)", "none"] }, 1e6);
}"""


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("site")
    for name, seed in (("masked.png", 11), ("seen.png", 12)):
        (folder / name).write_bytes(noise(seed))
    page = f"<!doctype html><meta charset=utf-8><title>Hidden places</title>{WORDS}{PRIVATE}{ENTERED}{ADDRESSES}"
    (folder / "page.html").write_text(page)
    with rig(browser, folder, masking=RULES) as made:
        made.open("page.html")
        made.visitor.fill("#grows", "canary-grows")
        made.visitor.fill("#word", "canary-password")
        made.visitor.fill("#quoted", 'canary"quoted')
        made.visitor.type("#cleared", "canary-cleared")
        made.visitor.fill("#wiped", "canary-wiped")
        made.visitor.fill("#blocked", "canary-typed")
        made.settle()
        made.visitor.evaluate(ACT)
        made.visitor.focus("#keys")
        made.visitor.keyboard.type("canary-code")
        made.visitor.focus("#written")
        made.visitor.keyboard.type("canary-written")
        made.settle()
        made.visitor.evaluate("testCapture.resync()")
        made.settle()
        yield made


def test_secrets_of_no_place_are_in_a_byte(shown: Rig) -> None:
    said = shown.operations()
    assert '"opacity":"0.5"' in said
    assert re.findall(r".{0,80}(?:canary|4242px|masked\.png).{0,20}", said) == []
    assert [secret for secret in (PHONE, EMAIL, "example.com") if secret in said] == []
    assert noise(11) not in [body for _type, body in shown.store.values()]


def test_attributes_are_hidden_where_they_say_something_and_left_where_they_draw(shown: Rig) -> None:
    hidden = "•" * len(PHONE)
    named = "name => document.querySelector('user-card').getAttribute(name)"
    assert shown.page.evaluate(named, "phone") == hidden
    assert shown.page.evaluate(named, "size") == "large"
    assert shown.page.evaluate(named, "user-phone") == "• ••••••••"
    assert shown.page.evaluate(named, "hotel") == "rooms 2024"
    assert shown.page.evaluate(named, "json") == '{"tel":"call\\n' + hidden + '"}'
    assert shown.page.evaluate("path.getAttribute('d')") == "M1 0 138 0013 8000"
    before = "getComputedStyle(document.querySelector('.told'), '::before').content"
    assert shown.page.evaluate(before) == f'"{hidden}"'


def test_variables_under_a_mask_say_nothing_and_still_lay_out(shown: Rig) -> None:
    variable = "name => getComputedStyle(laid).getPropertyValue(name)"
    assert shown.page.evaluate(variable, "--gap") == "calc(1px + 2%) RED solid\n    3s -.5"
    assert shown.page.evaluate(variable, "--of").startswith("••••••")
    assert shown.page.evaluate(variable, "--sheet") == "•" * len("canary-unquoted")


def test_what_is_masked_or_blocked_keeps_its_size(shown: Rig) -> None:
    size = (
        "selector => (({width, height}) => [width, height])(document.querySelector(selector).getBoundingClientRect())"
    )
    assert shown.page.evaluate(size, "#masked") == [24, 24]
    assert shown.page.evaluate(size, "#later") == [90, 30]
    assert shown.page.evaluate("later.textContent") == ""
    shown.visitor.evaluate("later.style.width = '60px'")
    shown.until(lambda: shown.page.evaluate(size, "#later") == [60, 30])


def test_pictures_whose_address_is_hidden_are_shown(shown: Rig) -> None:
    assert shown.page.evaluate("signed.naturalWidth") == 24
    assert "/assets/" in shown.page.evaluate("getComputedStyle(styled).backgroundImage")
    assert noise(12) in [body for _type, body in shown.store.values()]


def test_fields_named_as_what_a_form_is_asked_for_hide_nothing_else(shown: Rig) -> None:
    assert shown.page.evaluate("document.querySelector('form[data-of]').getAttribute('data-of')") == "booking"
    assert shown.page.evaluate("document.title") == "Hidden places"


def test_what_an_application_draws_of_what_is_typed_is_hidden(shown: Rig) -> None:
    assert shown.page.evaluate("lines.textContent") == "•" * len("canary-code")
    assert shown.page.evaluate("drawn.textContent") == "•" * len("canary-written")


def test_attributes_that_repeat_a_masked_choice_are_hidden(shown: Rig) -> None:
    said = shown.page.evaluate("[told.dataset.of, told.title, outer.dataset.at, told.options[1].text]")
    assert said == ["••••••", "•••• ••••", "•", "Lima"]


def test_drawn_choices_tell_what_there_is_to_choose_and_not_what_is_chosen(shown: Rig) -> None:
    assert shown.page.get_attribute("#combo", "aria-expanded") == "false"
    told = "[aria-activedescendant], #list [aria-selected], #list [data-state], #covered[aria-selected]"
    assert shown.page.query_selector(told) is None
    assert shown.page.inner_text("#list").split() == ["one", "two"]
    assert shown.page.get_attribute("#seen", "aria-selected") == "true"


def test_drawings_under_a_mask_keep_what_draws_them(shown: Rig) -> None:
    drawn = "[drawing.getAttribute('viewBox'), ...drawing.querySelector('g').getAttributeNames()]"
    assert shown.page.evaluate(drawn) == ["0 0 9 9", "fill", "stroke", "stroke-width"]
    assert shown.page.evaluate("drawing.querySelector('g').getAttribute('stroke')") == "url(#part)"


def test_what_a_masked_choice_shows_of_its_option_is_left_out(shown: Rig) -> None:
    assert shown.visitor.evaluate("repeated.textContent") == "second-one"
    assert '"selectedcontent",{"id":"repeated"},[]' in shown.operations()
    assert '"selectedcontent",{"id":"repeated"},["' not in shown.operations()


def test_rule_that_comes_to_cover_more_covers_all_in_it(shown: Rig) -> None:
    inside = "(frame.contentDocument.getElementById('inside') ?? frame).textContent"
    assert shown.page.evaluate(inside) == "framed text"
    shown.visitor.evaluate("frame.className = line.className = 'private'")
    shown.until(lambda: shown.page.evaluate(inside) == "•••••• ••••")
    shown.until(lambda: shown.page.evaluate("host.shadowRoot.textContent") == "•• • ••••••")
    assert shown.page.get_attribute("#line", "title") == "•••• ••••••"
    shown.visitor.evaluate("frame.className = line.className = 'plain'")
    shown.until(lambda: shown.page.evaluate(inside) == "framed text")
