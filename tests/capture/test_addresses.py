"""What people type goes into the address by forms and applications, and does not leave the page with it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture import sites
from tests.capture.rig import Rig, rig

CARD = "4111111111111111"
FORM = """<!doctype html><title>Form</title>
<form action=/found target=_self>
  <input name=q id=q><input name=x1 type=password id=x1><input name=field9 id=field9><input name=free id=free>
  <input name=why type=hidden value=canary-hidden><textarea name=more id=more></textarea>
  <select name=choice id=choice><option>first</option><option>second</option></select><button name=go>Go</button>
</form>"""
FOUND = """<!doctype html><title>Found</title><a id=again>Again</a><svg width=9 height=9><a id=drawn /></svg>
<a id=login>Login</a><a id=hash>Hash</a><p id=data>Data</p><img id=empty src="">
<script>
  const asked = new URLSearchParams(location.search);
  document.title = `${asked.get("q")}: 3 found`;
  again.href = drawn.href.baseVal = location.search + "&page=2";
  login.href = `/login?next=${encodeURIComponent(location.search)}`;
  hash.href = `#/part?q=${asked.get("q")}`;
  data.dataset.address = location.href;
</script>"""
APP = """<!doctype html><title>App</title><input id=search><input id=q name=q><input id=town name=town>
<a id=link>Link</a><main>Main</main>"""
RULES = {"allow": ["#free"], "params": ["customer"]}


class Site(sites.Quiet):
    """Answers each path; what is none of the two others is the application."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        body = {"/form": FORM, "/found": FOUND}.get(path, APP).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    with rig(browser, tmp_path, masking=RULES, handler=Site) as made:
        yield made


def said(shown: Rig) -> str:
    """All that left the page: frames, inflated, and uploads."""
    return shown.operations() + "".join(body.decode("latin-1") for _type, body in shown.store.values())


def leaks(shown: Rig) -> list[str]:
    return [line[:300] for line in said(shown).splitlines() if "canary" in line.lower() or CARD[:8] in line]


def arrivals(shown: Rig) -> list[dict[str, str]]:
    """Of the pages that were entered, and returned to, in order."""
    lines = [
        line.split(" ", 1) for line in shown.operations().splitlines() if line.startswith(("PAGE_ENTER", "HISTORY"))
    ]
    return [json.loads(payload) for _kind, payload in lines]


def addresses(shown: Rig) -> list[str]:
    return [arrival["url"].removeprefix(shown.origin) for arrival in arrivals(shown)]


def fill_and_send(shown: Rig) -> None:
    shown.open("form")
    shown.settle()
    for field, text in {"q": "canary one", "x1": "canary2", "field9": CARD, "free": "open", "more": "canary3"}.items():
        shown.visitor.fill(f"#{field}", text)
    shown.visitor.select_option("#choice", "second")
    shown.visitor.click("button")
    shown.visitor.wait_for_url("**/found?*")
    shown.settle()


def test_form_that_puts_its_fields_into_the_address(shown: Rig) -> None:
    fill_and_send(shown)
    assert leaks(shown) == []
    lengths = {"q": 10, "x1": 7, "field9": 16, "why": 13, "more": 7, "choice": 6}
    hidden = {name: "•" * length for name, length in lengths.items()}
    expected = "q={q}&x1={x1}&field9={field9}&free=open&why={why}&more={more}&choice={choice}&go=".format(**hidden)
    assert addresses(shown) == ["/form", f"/found?{expected}"]
    assert arrivals(shown)[-1]["title"] == "••••••••••: 3 found"
    assert shown.page.evaluate("document.title") == "••••••••••: 3 found"
    assert said(shown).count(f'/found?{expected}&page=2"') == 2
    assert '"#/part?q=••••••••••"' in said(shown)
    assert "/login?next=•••" in said(shown)


def test_form_that_was_made_for_the_moment(shown: Rig) -> None:
    shown.open("app")
    shown.settle()
    shown.visitor.evaluate("""() => {
        const form = Object.assign(document.createElement("form"), { action: "/found" });
        form.innerHTML = "<input type=hidden name=late value=canary-late>";
        form.addEventListener("formdata", (event) => event.formData.append("added", "canary-added"));
        document.body.append(form);
        form.submit();
        form.remove();
    }""")
    shown.visitor.wait_for_url("**/found?*")
    shown.settle()
    assert "canary-late" not in said(shown)
    assert addresses(shown)[-1].startswith("/found?late=•••••••••••")


@pytest.mark.parametrize(
    ("go", "expected"),
    [
        (
            "history.pushState({}, '', '/s?free=1&search=' + encodeURIComponent(search.value))",
            "/s?free=1&search=••••••••••••",
        ),
        (
            "history.pushState({}, '', '/s?filter=' + JSON.stringify({ text: search.value }))",
            "/s?filter=•••••••••••••••••••••••",
        ),
        ("history.pushState({}, '', '/s/' + search.value.toUpperCase().replace(' ', '-') + '/1')", "/s/••••••••••••/1"),
        ("history.pushState({}, '', '/s#/find?text=' + search.value.replace(' ', '+'))", "/s#/find?text=••••••••••••"),
        ("history.pushState({}, '', '/s#text=' + search.value + '&page=2')", "/s#text=••••••••••••&page=2"),
        ("history.pushState({}, '', '/s#' + search.value)", "/s#••••••••••••"),
        ("history.pushState({}, '', '/s?then=' + encodeURIComponent('/x?' + search.value))", "/s?then=•••••••••••••••"),
    ],
)
def test_application_that_writes_what_is_typed_into_the_address(shown: Rig, go: str, expected: str) -> None:
    """Also when it clears the field at once, and when the page is loaded anew, with nothing in any field."""
    shown.open("app")
    shown.settle()
    shown.visitor.fill("#search", "canary-typed")
    shown.settle()
    shown.visitor.evaluate(f"() => {{ {go}; document.title = `Find ${{search.value}}`; search.value = ''; }}")
    shown.settle()
    shown.visitor.reload()
    shown.settle()
    assert leaks(shown) == []
    assert addresses(shown)[:1] == ["/app"]
    assert set(addresses(shown)[1:]) == {expected}


def test_application_that_replaces_the_address_and_comes_back_to_it(shown: Rig) -> None:
    shown.open("app")
    shown.settle()
    shown.visitor.fill("#q", "canary-typed")
    shown.visitor.evaluate("history.replaceState({}, '', '?q=' + q.value); link.href = location.href")
    shown.settle()
    shown.open("form")
    shown.settle()
    shown.visitor.evaluate("setTimeout(() => history.back(), 0)")
    shown.visitor.wait_for_url("**/app?*")
    shown.settle()
    assert leaks(shown) == []
    assert addresses(shown)[-1] == "/app?q=••••••••••••"


def test_script_that_leaves_for_an_address_with_what_is_typed(shown: Rig) -> None:
    shown.open("app")
    shown.settle()
    shown.visitor.fill("#search", "canary-typed")
    shown.visitor.evaluate("location.href = '/other/' + search.value + '?x=' + search.value")
    shown.visitor.wait_for_url("**/other/*")
    shown.settle()
    assert leaks(shown) == []
    assert addresses(shown)[-1] == "/other/••••••••••••?x=••••••••••••"


def test_secrets_of_addresses_are_masked_whatever_the_fields(shown: Rig) -> None:
    shown.open(f"app?userPassword=canary&access_token=canary&n={CARD}&page=2&next=%2Fx%3Fpwd%3Dcanary#cvc=canary")
    shown.visitor.evaluate("link.href = 'https://canary:canary@localhost/x?secret=canary&Customer=canary&page=2'")
    shown.settle()
    assert leaks(shown) == []
    expected = "/app?userPassword=••••••&access_token=••••••&n=••••••••••••••••&page=2&next=•••••••••••••#cvc=••••••"
    assert addresses(shown) == [expected]


def test_title_that_is_some_letters_behind(shown: Rig) -> None:
    shown.open("app")
    shown.settle()
    shown.visitor.evaluate("""() => {
      const editor = document.createElement('div');
      editor.contentEditable = 'true';
      document.body.append(editor);
      for (const value of ['canary-ty', 'canary-typ', 'canary-typed']) {
        search.value = value;
        search.dispatchEvent(new InputEvent('input', { bubbles: true }));
        editor.textContent = `also-${value}`;
        editor.dispatchEvent(new InputEvent('input', { bubbles: true }));
      }
      document.title = 'Looking for canary-typ, also-canary-ty';
    }""")
    shown.settle()
    assert leaks(shown) == []
    assert shown.page.evaluate("document.title") == "Looking for ••••••••••, ••••••••••••••"


def test_page_that_is_too_large_is_named_without_its_secrets(shown: Rig) -> None:
    shown.open("app?password=canary")
    shown.visitor.evaluate("document.body.innerHTML = '<div>'.repeat(600)")
    shown.until(lambda: "page_too_large" in shown.operations())
    assert leaks(shown) == []


def test_what_hides_nothing_stays(shown: Rig) -> None:
    address = "/app;v=1?page=2&sort=-name&next=%2Fhome%3Ftab%3D1&x=a%2Fb+c#/part?tab=1&open"
    shown.open(address[1:])
    shown.visitor.evaluate("link.href = location.href")
    shown.visitor.fill("#search", "ab")
    shown.settle()
    assert addresses(shown) == [address]
    assert f'"{shown.origin}{address}"' in said(shown)


def test_return_to_a_page_with_masked_links_is_one_message(shown: Rig) -> None:
    fill_and_send(shown)
    shown.open("app")
    shown.settle()
    before = len(shown.frames)
    shown.visitor.evaluate("setTimeout(() => history.back(), 0)")
    shown.visitor.wait_for_url("**/found?*")
    shown.settle()
    kinds = {Rig.kind_of(frame) for frame in shown.frames[before:]}
    assert "HISTORY" in kinds
    assert "SNAPSHOT" not in kinds


def test_what_an_address_leads_back_out_of_stays(browser: Browser, tmp_path: Path) -> None:
    with rig(browser, tmp_path, masking={"data": ["card"]}, handler=Site) as shown:
        shown.open("app")
        shown.visitor.evaluate(f"link.setAttribute('href', '/{CARD}/../part')")
        shown.until(lambda: shown.page.query_selector("#link[data-alongside-said-href]"), "the link leads somewhere")
        assert leaks(shown) == []
