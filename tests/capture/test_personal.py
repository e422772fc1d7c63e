"""Data that the tenant's rules name is hidden wherever it stands, and nothing else is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import FrameKind, decode_frame
from tests.capture.rig import Rig, rig

CARD, PHONE, IDENTITY, EMAIL = "4111111111111111", "13800138000", "11010519491231002X", "ann@example.com"
RULES = {"data": ["card", "phone", "identity", "email"], "allow": ["#free"]}
PAGE = f"""<!doctype html><meta charset=utf-8><title>Order of {EMAIL}</title>
<p id=line>Card 4111 1111 1111 1111, until 12/27</p><p id=wide>卡号４１１１１１１１１１１１１１１１</p>
<p id=who title="ID {IDENTITY}" aria-label="{EMAIL}" data-phone="{PHONE}">身份证{IDENTITY}</p>
<img alt="{PHONE}" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<p id=grouped><b>4111</b> <span>1111</span> <i><u>1111</u></i> 1111 was charged</p>
<p id=digits><span>1</span><span>38</span><span>0013</span><span>8000</span></p>
<p id=mail><b>ann</b>@<i>example.com</i> wrote</p>
<p id=plain>Order 123456789 of 2024-01-15, $1,234.50, 10:30, v1.2.3, 192.168.1.100</p>
<input id=free value="{PHONE}"><input id=button type=button value="Call 400-123-4567">
<select><option label="{EMAIL}">{EMAIL}</option></select><svg><title>{PHONE}</title></svg>
<a href="mailto:{EMAIL}?cc=bob@example.com">w</a><a href="tel:{PHONE}">t</a><a href="tel:5550123">t</a>
<a href="/find?who={EMAIL}&page=2#/of/{PHONE}">f</a><iframe srcdoc="<p>{PHONE}</p>"></iframe>
<p id=react></p><p id=counter>12</p><x-card id=shadow></x-card>
<script>
  shadow.attachShadow({{mode: "open"}}).append("{PHONE}");
  react.append("138", "0013", "8000");
</script>"""
SECRETS = [CARD, "4111 1111", "１１１１", PHONE, IDENTITY, "19491231", "example.com", "bob@", "400-123", "5550123"]


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "page.html").write_text(PAGE)
    with rig(browser, folder, masking=RULES) as made:
        made.open(f"page.html?to={EMAIL}")
        made.settle()
        yield made


def leaks(shown: Rig) -> list[str]:
    sent = shown.operations()
    return [secret for secret in SECRETS if secret in sent]


def text(shown: Rig, selector: str) -> str:
    return shown.page.evaluate("selector => document.querySelector(selector).textContent", selector)


def test_planted_data_is_in_no_byte(shown: Rig) -> None:
    assert leaks(shown) == []
    entered = next(decode_frame(frame) for frame in shown.frames if frame[0] == FrameKind.PAGE_ENTER)
    payload = json.loads(entered.payload)
    assert payload["title"] == "Order of •••••••••••••••"
    assert payload["url"].endswith("?to=•••••••••••••••")


def test_rest_of_the_text_stays(shown: Rig) -> None:
    assert text(shown, "#line") == "Card •••• •••• •••• ••••, until 12/27"
    assert text(shown, "#wide") == "卡号" + "•" * 16
    assert text(shown, "#who") == "身份证" + "•" * 18
    assert text(shown, "#plain") == "Order 123456789 of 2024-01-15, $1,234.50, 10:30, v1.2.3, 192.168.1.100"
    assert shown.page.get_attribute("#who", "title") == "ID " + "•" * 18
    assert shown.page.get_attribute("#button", "value") == "Call ••••••••••••"
    assert shown.page.input_value("#free") == "•" * 11


def test_number_split_over_neighbours_is_hidden(shown: Rig) -> None:
    assert text(shown, "#grouped") == "•••• •••• •••• •••• was charged"
    assert text(shown, "#digits") == "•" * 11
    assert text(shown, "#mail") == "••••••••••••••• wrote"
    assert text(shown, "#react") == "•" * 11


def test_neighbours_follow_when_a_part_changes(shown: Rig) -> None:
    shown.visitor.evaluate("react.firstChild.data = '22'")
    shown.until(lambda: text(shown, "#react") == "2200138000")
    shown.visitor.evaluate("react.prepend('1'); react.childNodes[1].data = '39'")
    shown.until(lambda: text(shown, "#react") == "•" * 11)
    shown.visitor.evaluate("react.childNodes[1].remove()")
    shown.until(lambda: text(shown, "#react") == "100138000")


def test_number_that_comes_later_is_never_sent(shown: Rig) -> None:
    before = len(shown.frames)
    shown.visitor.evaluate(
        """value => { line.textContent = `New ${value}`; plain.title = value; document.title = value;
        free.value = value; counter.textContent = "13" }""",
        IDENTITY,
    )
    shown.until(lambda: text(shown, "#counter") == "13" and shown.page.input_value("#free") == "•" * 18)
    assert text(shown, "#line") == "New " + "•" * 18
    assert len(shown.frames) > before
    assert IDENTITY not in shown.operations()


def test_types_of_a_url_count_there_and_after(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<!doctype html><title>P</title><p id=line>{PHONE}</p><p id=pay>open</p>")
    rules = {"urls": [{"pattern": "*/pay", "data": ["phone"], "block": ["#pay"]}]}
    with rig(browser, tmp_path, masking=rules) as made:
        made.open("page.html")
        made.until(lambda: PHONE in made.operations())
        made.visitor.evaluate("history.pushState(null, '', 'pay')")
        made.until(lambda: "PAGE_LEAVE" in made.kinds() and made.kinds().count("SNAPSHOT") == 2)
        made.until(lambda: text(made, "#line") == "•" * 11 and text(made, "#pay") == "")
        made.visitor.evaluate("history.pushState(null, '', 'home'); pay.textContent = 'canary'; line.title = 'last'")
        made.until(lambda: '"last"' in made.operations())
        assert "canary" not in made.operations()
