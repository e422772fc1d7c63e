"""What comes to be hidden when the page is there already, and what is entered key by key."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Request

from tests.capture.rig import Rig, rig

CARD = "4111111111111111"
SHADOW = """() => {
  document.querySelector("#host").attachShadow({ mode: "open" }).innerHTML = "<p>canary-shadow</p>";
  document.querySelector("#frame").srcdoc = "<p>canary-frame</p>";
}"""


def page(folder: Path, body: str, title: str = "Page") -> Path:
    (folder / "page.html").write_text(f"<!doctype html><meta charset=utf-8><title>{title}</title>{body}")
    return folder


def opened(shown: Rig) -> None:
    shown.open("page.html")
    shown.settle()


def canaries(shown: Rig) -> list[str]:
    return [line[:300] for line in shown.operations().splitlines() if "canary" in line.lower()]


def test_what_comes_into_a_place_that_has_been_blocked_by_an_attribute_stays(browser: Browser, tmp_path: Path) -> None:
    body = "<section id=s><div id=d>x</div></section><p id=end>"
    with rig(browser, page(tmp_path, body), masking={"block": ["[data-private]"]}) as shown:
        opened(shown)
        shown.visitor.evaluate("s.toggleAttribute('data-private')")
        shown.settle()
        shown.visitor.evaluate("d.innerHTML = '<p>canary'; end.textContent = 'after'")
        shown.until(lambda: "after" in shown.operations(), "what follows is sent")
        assert canaries(shown) == []


def test_what_makes_a_place_blocked_is_not_sent_itself(browser: Browser, tmp_path: Path) -> None:
    body = "<div class=panel><div id=d></div></div><p id=end>"
    with rig(browser, page(tmp_path, body), masking={"block": [".panel:has(.flag)"]}) as shown:
        opened(shown)
        shown.visitor.evaluate("d.innerHTML = '<p class=flag>canary'; end.textContent = 'after'")
        shown.until(lambda: "after" in shown.operations(), "what follows is sent")
        assert canaries(shown) == []


def test_rules_of_the_address_before_reach_into_shadow_roots_and_frames(browser: Browser, tmp_path: Path) -> None:
    rules: dict[str, Any] = {"urls": [{"pattern": "*/page.html", "mask": ["#host", "#frame"]}]}
    body = "<div id=host></div><iframe id=frame></iframe><p id=end>"
    with rig(browser, page(tmp_path, body), masking=rules) as shown:
        opened(shown)
        shown.visitor.evaluate(SHADOW)
        shown.until(lambda: shown.operations().count("••••••") >= 2, "both are sent as bullets")
        shown.visitor.evaluate("history.pushState(null, '', 'other'); end.textContent = 'after'")
        shown.until(lambda: "after" in shown.operations(), "what follows is sent")
        shown.settle()
        assert canaries(shown) == []


def test_number_that_may_become_a_cards_is_hidden_while_it_is_entered(browser: Browser, tmp_path: Path) -> None:
    with rig(browser, page(tmp_path, "<input id=free><input id=next>"), masking={"allow": ["input"]}) as shown:
        opened(shown)
        shown.visitor.focus("#free")
        shown.visitor.keyboard.type(CARD, delay=100)
        shown.settle()
        assert CARD[:9] not in shown.operations()
        shown.visitor.fill("#next", "1234567890")
        shown.visitor.evaluate("document.activeElement.blur()")
        shown.until(lambda: "1234567890" in shown.operations(), "what is no card is shown once it is entered")


def test_title_that_is_masked_is_masked_in_its_announcement(browser: Browser, tmp_path: Path) -> None:
    with rig(browser, page(tmp_path, "<p>Body", title="Canary Patient"), masking={"mask": ["title"]}) as shown:
        opened(shown)
        assert "PAGE_ENTER" in shown.operations()
        assert canaries(shown) == []


def test_pattern_made_of_what_is_entered_elsewhere_stays(browser: Browser, tmp_path: Path) -> None:
    copied = "q.pattern = '\\\\x63anary' + this.value.slice(1)"
    body = f'<input type=password id=p oninput="{copied}"><input id=q type=password>'
    with rig(browser, page(tmp_path, body + "<p id=end>")) as shown:
        opened(shown)
        shown.visitor.fill("#p", "canary22")
        shown.visitor.evaluate("end.textContent = 'after'")
        shown.until(lambda: "after" in shown.operations(), "what follows is sent")
        assert "anary" not in shown.operations()


def test_address_in_an_element_that_shows_nothing_of_it_is_not_asked_for(browser: Browser, tmp_path: Path) -> None:
    body = "<x-button href=/logout>Out</x-button><img src=/dot.png>"
    with rig(browser, page(tmp_path, body)) as shown:
        asked: list[Request] = []
        shown.visitor.on("request", lambda request: asked.append(request))
        opened(shown)
        shown.until(lambda: any(request.url.endswith("/dot.png") for request in asked), "the picture is asked for")
        shown.settle()
        assert [request.url for request in asked if request.url.endswith("/logout")] == []


def test_rules_of_a_frames_own_address_hide_in_it_and_allow_nothing_around_it(browser: Browser, tmp_path: Path) -> None:
    for name, body in (("pay", "<p id=card>canary-framed</p>"), ("home", "<p id=card>open</p>")):
        (tmp_path / f"{name}.html").write_text(f"<!doctype html>{body}")
    rules: dict[str, Any] = {"urls": [{"pattern": "*/pay.html", "mask": ["#card"], "allow": ["#outer"]}]}
    body = "<input id=outer value=canary-outer><iframe id=frame src=home.html></iframe><p id=end>"
    with rig(browser, page(tmp_path, body), masking=rules) as shown:
        opened(shown)
        shown.visitor.evaluate("frame.src = 'pay.html'")
        shown.until(lambda: "•" * 13 in shown.operations(), "the frame is sent as bullets")
        shown.visitor.evaluate("end.textContent = 'after'")
        shown.until(lambda: "after" in shown.operations(), "what follows is sent")
        assert canaries(shown) == []


def test_rules_of_a_frames_own_address_stay_when_its_document_is_read_again(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "pay.html").write_text("<!doctype html><p id=card>canary-framed</p>")
    rules: dict[str, Any] = {"block": [".closed"], "urls": [{"pattern": "*/pay.html", "mask": ["#card"]}]}
    body = "<div id=box><iframe id=frame src=pay.html></iframe></div><p id=end>"
    with rig(browser, page(tmp_path, body), masking=rules) as shown:
        opened(shown)
        shown.visitor.evaluate("box.className = 'closed'")
        shown.settle()
        before = shown.operations().count("•" * 13)
        shown.visitor.evaluate("box.className = ''")
        shown.until(lambda: shown.operations().count("•" * 13) > before, "the frame is sent again")
        assert canaries(shown) == []


def test_password_is_remembered_however_long_the_next_one_is(browser: Browser, tmp_path: Path) -> None:
    body = "<input type=password id=first><input type=password id=second><p id=end>"
    with rig(browser, page(tmp_path, body)) as shown:
        opened(shown)
        shown.visitor.fill("#first", "canary-pass")
        shown.until(lambda: "•" * 11 in shown.operations(), "it is sent as bullets")
        shown.visitor.fill("#first", "")
        shown.visitor.focus("#second")
        shown.visitor.keyboard.type("correct horse battery staple, correct horse", delay=40)
        for _ in range(36):
            shown.visitor.keyboard.press("Backspace")
        shown.visitor.fill("#second", "canary-pass2")
        shown.settle()
        shown.visitor.fill("#second", "")
        shown.visitor.evaluate("end.textContent = 'was canary-pass'; document.title = 'after'")
        shown.until(lambda: "after" in shown.operations(), "what follows is sent")
        assert canaries(shown) == []
