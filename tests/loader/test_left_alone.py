"""The tenant's page stays the tenant's: its prototypes, globals, handlers and errors, during a session and after it."""

from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site
from tests.loader.test_policies import OWN_FILES, comes_true
from tests.loader.untouched import (
    API,
    COUNT,
    DIFFERENCE,
    KEEP,
    LIVE,
    OF_THE_BUTTON,
    PARTS,
    PRINT,
    WATCHED,
    WORK,
    Inspector,
    comes_to_rest,
)


async def end_and_close(visitor: Visitor) -> None:
    await visitor.page.evaluate("Alongside.end()")
    await visitor.reach("ended")
    await visitor.page.locator("alongside-assist [data-close]").click()
    await visitor.part("button").wait_for()


async def test_prototypes_and_globals_are_untouched(visitor: Visitor, site: Site) -> None:
    site.body, site.files = PARTS, OWN_FILES
    await visitor.page.add_init_script(PRINT)
    site.body += f"<script>{KEEP}</script>"
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.part("button").wait_for()
    assert await visitor.page.evaluate(DIFFERENCE) == API
    await visitor.go_live()
    await visitor.until(f"{DIFFERENCE}.length >= {len(API + LIVE + WATCHED)}")
    await visitor.page.evaluate(WORK)
    assert sorted(await visitor.page.evaluate(DIFFERENCE)) == sorted(API + LIVE + WATCHED)
    await end_and_close(visitor)
    assert await visitor.page.evaluate(DIFFERENCE) == API
    await visitor.page.evaluate("Element.prototype.remove = function remove() {}")
    assert await visitor.page.evaluate(DIFFERENCE) == sorted([*API, "window.Element.prototype.remove"])


async def test_everything_is_released_at_the_end(visitor: Visitor, site: Site) -> None:
    site.body, site.files = PARTS, OWN_FILES
    await visitor.page.add_init_script(COUNT)
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.part("button").wait_for()
    inspector = Inspector(await visitor.page.context.new_cdp_session(visitor.page))
    await comes_to_rest(visitor)
    await visitor.go_live()
    await visitor.page.evaluate(WORK)
    await comes_true(lambda: listened(inspector), least=20)
    during = await visitor.page.evaluate("going()")
    assert min(during["intervals"], during["observers"] - 1, during["sockets"]) > 0
    await end_and_close(visitor)
    await comes_to_rest(visitor)
    assert await inspector.listeners() == OF_THE_BUTTON


async def listened(inspector: Inspector) -> int:
    return (await inspector.listeners()).total()


async def test_errors_of_the_page_are_its_own(visitor: Visitor, desk: Desk, site: Site) -> None:
    site.body = """<script>window.told = [];
    addEventListener('error', (event) => told.push(`error ${event.message} ${event.defaultPrevented}`));
    addEventListener('unhandledrejection', (event) => told.push(`rejection ${event.reason} ${event.defaultPrevented}`));
    window.onerror = (message) => { told.push(`onerror ${message}`); return true; };</script>"""
    visitor = Visitor(await visitor.page.context.new_page(), site, desk)
    await visitor.go_live()
    await visitor.page.evaluate("""() => {
      setTimeout(() => { throw new Error('own'); });
      Promise.reject('own reason').finally(() => undefined);
    }""")
    await visitor.until("told.length >= 3")
    expected = ["onerror Uncaught Error: own", "error Uncaught Error: own false", "rejection own reason false"]
    assert sorted(await visitor.page.evaluate("told")) == sorted(expected)
