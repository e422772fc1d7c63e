"""The rest of the loader comes only when there is something to do, and then as if it had always been there."""

import re
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, Route

from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site

REST = re.compile(r"/assist/loader/[0-9a-f]{16}\.js$")
SHOWN = "document.querySelector('alongside-assist').shadowRoot.textContent"
FOCUSED = "document.activeElement.shadowRoot?.activeElement?.dataset.testid ?? document.activeElement.localName"
# While the address, the title and the identity are as they are said; then they change.
EARLY_CALLS = """() => {
  window.heard = [];
  Alongside.on('requested', ({ requestId }) => heard.push(requestId));
  Alongside.end();
  Alongside.identify({ name: 'Ann' });
  history.replaceState({}, '', '/asked?page=2');
  document.title = 'Asked here';
  window.asked = Alongside.request({ note: 'Early' });
  window.askedAgain = asked.then(() => Alongside.request({ note: 'Again' })).catch((problem) => problem.code);
  Alongside.identify({ name: 'Bob' });
  history.replaceState({}, '', '/later');
  document.title = 'Later';
}"""
FAILS = "Alongside.request({}).catch((problem) => `${problem.code}: ${problem.message}`)"
COME_BACK = """state => {
  dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
  sessionStorage["alongside:state"] = state;
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
}"""
STAMP = """addEventListener('alongside:capturing', () => { window.capturedAt = performance.now(); });
new MutationObserver((_, observer) => {
  if (!document.querySelector('script[src*="/assist/loader/"]')) return;
  window.restAskedAt = performance.now();
  const script = document.querySelector('script[src*="/assist/loader/"]');
  script.addEventListener('load', () => { window.restRanAt = performance.now(); });
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""
SEEN = "({ rest: restRanAt - restAskedAt, whole: capturedAt - restAskedAt })"


class Fetched:
    """Addresses of the scripts that a page takes from the desk."""

    def __init__(self, page: Page, site: Site) -> None:
        self.urls: list[str] = []
        self.rest: list[Any] = []
        page.on("request", lambda request: self.note(request, base_url=site.base_url))

    def note(self, request: Any, *, base_url: str) -> None:
        if not request.url.startswith(base_url) or request.resource_type != "script":
            return
        self.urls.append(request.url.removeprefix(base_url))
        if REST.search(request.url):
            self.rest.append(request)


async def test_rest_comes_once_help_is_asked_for_and_stays_in_the_cache(visitor: Visitor, site: Site) -> None:
    fetched = Fetched(visitor.page, site)
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.part("button").wait_for()
    await visitor.reach("off")
    await visitor.page.evaluate("Alongside.identify({ name: 'Ann' })")
    await visitor.page.evaluate("location.hash = 'own-route'")
    assert fetched.urls == ["/assist/loader.js"]
    await visitor.part("button").focus()
    await visitor.page.keyboard.press("Enter")
    await visitor.part("note").wait_for()
    assert await visitor.page.evaluate(FOCUSED) == "assist-note"
    assert await visitor.page.locator("alongside-assist input[name=name]").input_value() == "Ann"
    [rest] = fetched.rest
    answer = await rest.response()
    assert "immutable" in (await answer.all_headers())["cache-control"]
    assert await visitor.page.evaluate("document.querySelectorAll('script[src*=\"/assist/loader/\"]').length") == 0
    await visitor.page.keyboard.press("Escape")
    assert await visitor.page.evaluate(FOCUSED) == "assist-button"
    cached: list[str] = []
    devtools = await visitor.page.context.new_cdp_session(visitor.page)
    await devtools.send("Network.enable")
    devtools.on("Network.responseReceived", lambda event: note_cached(event["response"], cached))
    await visitor.page.goto(f"{site.origin}/two")
    await visitor.part("button").click()
    await visitor.part("note").wait_for()
    assert rest.url in cached


def note_cached(response: Any, cached: list[str]) -> None:
    if response["fromDiskCache"]:
        cached.append(response["url"])


async def test_calls_before_the_rest_is_there_are_answered_as_they_were_made(
    visitor: Visitor, desk: Desk, site: Site
) -> None:
    from assist.requests.models import AssistRequest

    await visitor.page.goto(f"{site.origin}/one")
    await visitor.part("button").wait_for()
    await visitor.page.evaluate(EARLY_CALLS)
    assert await visitor.page.evaluate("askedAgain") == "busy"
    request_id = (await visitor.page.evaluate("asked"))["requestId"]
    assert await visitor.page.evaluate("heard") == [request_id]
    asked = await desk.within(AssistRequest.objects.get)
    assert (asked.page_url, asked.page_title) == (f"{site.origin}/asked?page=2", "Asked here")
    assert asked.visitor_name == "Ann"


async def test_desk_that_cannot_be_reached_is_told_and_asked_again(visitor: Visitor, site: Site) -> None:
    async def fail(route: Route) -> None:
        await route.abort()

    await visitor.page.goto(f"{site.origin}/one")
    await visitor.part("button").wait_for()
    await visitor.page.route(REST, fail)
    await visitor.part("button").click()
    alert = visitor.page.locator("alongside-assist [role=alert]")
    await alert.get_by_text("can't be reached").wait_for()
    assert (await visitor.page.evaluate(FAILS)).startswith("network: The help desk can't be reached")
    await visitor.page.get_by_role("button", name="Close").click()
    assert await alert.count() == 0
    assert await visitor.page.evaluate(FOCUSED) == "assist-button"
    await visitor.page.unroute(REST)
    await visitor.page.keyboard.press("Enter")
    await visitor.part("note").wait_for()


async def test_session_goes_on_once_the_rest_can_be_had(visitor: Visitor, site: Site) -> None:
    await visitor.go_live()
    refused: list[str] = []

    async def fail_twice(route: Route) -> None:
        if len(refused) == 2:
            return await route.fallback()
        refused.append(route.request.url)
        await route.abort()

    await visitor.page.route(REST, fail_twice)
    await visitor.page.click("#next")
    await visitor.page.wait_for_url("**/two")
    await visitor.captured()
    await visitor.reach("live")
    assert len(refused) == 2
    assert await visitor.page.locator("alongside-assist [role=alert]").count() == 0


async def test_end_that_is_called_before_the_rest_is_there_ends_the_session(visitor: Visitor, site: Site) -> None:
    await visitor.go_live()
    await visitor.page.route(REST, lambda route: end_first(visitor, route))
    await visitor.page.click("#next")
    await visitor.reach("ended")
    await visitor.desk.session_is("ended")


async def test_end_that_had_nothing_to_end_ends_no_later_session(visitor: Visitor, desk: Desk, site: Site) -> None:
    """A page that the browser has kept is shown again; meanwhile a later document of the tab has joined a session."""
    await visitor.go_live()
    state = await visitor.page.evaluate("sessionStorage['alongside:state']")
    context = await visitor.page.context.browser.new_context()
    kept = Visitor(await context.new_page(), site, desk)
    await kept.page.goto(f"{site.origin}/two")
    await kept.part("button").wait_for()
    await kept.page.evaluate("Alongside.end()")
    await kept.page.evaluate(COME_BACK, state.replace('"phase"', '"isLeft":true,"phase"'))
    await kept.captured()
    assert (await desk.session()).state == "live"
    await context.close()


async def end_first(visitor: Visitor, route: Route) -> None:
    await visitor.page.evaluate("Alongside.end()")
    await route.fallback()


@pytest.mark.parametrize("fits", [True, False])
async def test_stub_of_another_build(fits: bool, visitor: Visitor, site: Site) -> None:
    """From the browser's cache after an update of the desk: it works, or says that the page is to be loaded again."""
    caches: list[str] = []

    async def answer(route: Route) -> None:
        response = await route.fetch(url=f"{site.base_url}/assist/loader/0123456789abcdef.js")
        caches.append(response.headers["cache-control"])
        text = await response.text()
        found = re.search(r"\.take\?\.\((\w+|\"\w+\"),", text)
        assert found
        await route.fulfill(response=response, body=text if fits else text.replace(found[0], '.take?.("other",'))

    await visitor.page.goto(f"{site.origin}/one")
    await visitor.page.route(REST, answer)
    await visitor.part("button").click()
    if fits:
        await visitor.part("note").wait_for()
    else:
        await visitor.page.get_by_text("has been updated. Reload this page").wait_for()
        assert (await visitor.page.evaluate(FAILS)).startswith("version: ")
    assert set(caches) == {"no-store"}


async def test_listener_that_throws_is_the_pages_own_matter(visitor: Visitor, desk: Desk, site: Site) -> None:
    page = await visitor.page.context.new_page()
    person = Visitor(page, site, desk)
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(error.message))
    await page.goto(f"{site.origin}/one")
    await person.part("button").wait_for()
    await page.evaluate(
        """() => { window.seen = []; for (const name of ['requested', 'link', 'live', 'ended']) {
        Alongside.on(name, () => { throw new Error(`own ${name}`); });
        Alongside.on(name, () => seen.push(name)); } }"""
    )
    await desk.accept(await person.ask())
    await person.part("link").click()
    await person.part("consent").click()
    await person.captured()
    await page.evaluate("Alongside.end()")
    await person.reach("ended")
    names = ["requested", "link", "live", "ended"]
    assert await page.evaluate("seen") == names
    assert thrown == [f"own {name}" for name in names]


@pytest.mark.long
async def test_capture_starts_soon_after_a_page_load(
    visitor: Visitor, site: Site, record_property: Callable[[str, object], None]
) -> None:
    """How much of the time from the stub to the start of capture goes to the rest of the loader, out of the cache."""
    await visitor.page.add_init_script(STAMP)
    await visitor.go_live()
    rest, whole = [], []
    for _ in range(30):
        await visitor.page.reload()
        await visitor.until("window.capturedAt > 0")
        seen = await visitor.page.evaluate(SEEN)
        rest.append(seen["rest"])
        whole.append(seen["whole"])
    record_property("rest_median_ms", round(statistics.median(rest), 1))
    record_property("rest_longest_ms", round(max(rest), 1))
    record_property("stub_to_capture_median_ms", round(statistics.median(whole), 1))
