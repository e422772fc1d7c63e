"""From the button to the end, in a real browser."""

import json
from urllib.parse import urlsplit

from playwright.async_api import WebSocketRoute

from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site

FOCUSED = "document.activeElement.shadowRoot?.activeElement?.dataset.testid ?? ''"


async def test_visitor_asks_agrees_and_ends(visitor: Visitor, desk: Desk, site: Site) -> None:
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.reach("off")
    assert await visitor.page.evaluate("typeof window.__alongsideCapture") == "undefined"
    request_id = await visitor.ask()
    await desk.accept(request_id)
    await visitor.part("link").wait_for()
    await visitor.reach("linked")
    await visitor.part("link").click()
    await visitor.part("consent").wait_for()
    assert "alongside=" not in visitor.page.url
    dialog = visitor.page.locator("alongside-assist [role=dialog]")
    assert "recorded" in await dialog.inner_text()
    assert await visitor.page.evaluate("typeof window.__alongsideCapture") == "undefined"
    await visitor.part("consent").click()
    await visitor.reach("live")
    await visitor.captured()
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")
    assert await visitor.page.evaluate("typeof window.__alongsideCapture") == "undefined"
    assert await visitor.page.evaluate("Object.keys(sessionStorage).length") == 0
    assert await visitor.part("indicator").count() == 0


async def test_session_goes_on_over_page_loads_without_the_code_again(visitor: Visitor, site: Site) -> None:
    await visitor.go_live()
    codes: list[int] = []

    def watch(socket) -> None:
        socket.on("framereceived", lambda data: isinstance(data, bytes) and codes.append(len(data)))

    visitor.page.on("websocket", watch)
    await visitor.page.click("#next")
    await visitor.page.wait_for_url("**/two")
    await visitor.reach("live")
    await visitor.captured()
    await visitor.page.reload()
    await visitor.reach("live")
    await visitor.captured()
    await visitor.page.go_back()
    await visitor.reach("live")
    await visitor.captured()
    assert codes == []
    session = await visitor.desk.session()
    assert session.tab_count == 1


async def test_landing_in_another_tab_leaves_the_open_ones_alone(visitor: Visitor, desk: Desk, site: Site) -> None:
    third = await visitor.page.context.new_page()
    await third.goto(f"{site.origin}/one")
    await visitor.page.goto(f"{site.origin}/one")
    accepted = await desk.accept(await visitor.ask())
    other = await visitor.page.context.new_page()
    await other.goto(accepted.url)
    await other.get_by_test_id("assist-consent").click()
    await other.wait_for_function("document.documentElement.dataset.alongside === 'live'")
    await third.get_by_test_id("assist-button").wait_for()


async def test_copy_of_a_live_tab_is_a_tab_of_its_own(visitor: Visitor, site: Site) -> None:
    await visitor.go_live()
    async with visitor.page.context.expect_page() as opened:
        await visitor.page.evaluate("window.open('/two')")
    copy = await opened.value
    await copy.wait_for_function("typeof window.__alongsideCapture === 'function'")
    await visitor.reach("live")
    session = await visitor.desk.session()
    assert (session.state, session.tab_count) == ("live", 2)


async def test_declined_with_a_reason(visitor: Visitor, desk: Desk, site: Site) -> None:
    await visitor.page.goto(f"{site.origin}/one")
    await desk.decline(await visitor.ask(), "Please call us")
    await visitor.part("problem").wait_for()
    assert "Please call us" in await visitor.part("problem").inner_text()
    await visitor.part("again").click()
    await visitor.part("note").wait_for()


async def test_waiting_survives_a_page_load_and_can_be_cancelled(visitor: Visitor, desk: Desk, site: Site) -> None:
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.ask()
    await visitor.page.click("#next")
    await visitor.reach("requested")
    await visitor.page.get_by_role("button", name="Cancel the request").click()
    await visitor.reach("off")


async def test_dead_link_says_why_and_offers_to_ask_again(visitor: Visitor, site: Site) -> None:
    site.language = "zh-CN"
    await visitor.page.goto(f"{site.origin}/one#part&alongside=nothing-that-was-ever-made")
    await visitor.part("problem").wait_for()
    assert "链接" in await visitor.part("problem").inner_text()
    assert urlsplit(visitor.page.url).fragment == "part"
    await visitor.part("again").click()
    await visitor.part("note").wait_for()


async def test_form_says_its_errors_and_gives_the_focus_back(visitor: Visitor, site: Site) -> None:
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.part("button").click()
    await visitor.page.locator("alongside-assist input[type=email]").fill("nobody")
    await visitor.part("send").click()
    alert = visitor.page.locator("alongside-assist [role=alert]:not([hidden])")
    await alert.wait_for()
    assert "e-mail" in await alert.inner_text()
    email = visitor.page.get_by_role("textbox", name="e-mail")
    assert await email.get_attribute("aria-invalid") == "true"
    for _ in range(8):
        await visitor.page.keyboard.press("Tab")
        assert await visitor.page.evaluate("document.activeElement.localName") == "alongside-assist"
    await visitor.page.keyboard.press("Escape")
    await visitor.part("button").wait_for()
    assert await visitor.page.evaluate(FOCUSED) == "assist-button"


async def test_whole_way_by_keyboard_only(visitor: Visitor, desk: Desk, site: Site) -> None:
    await visitor.page.goto(f"{site.origin}/one")
    keyboard = visitor.page.keyboard
    await visitor.part("button").focus()
    await keyboard.press("Enter")
    await visitor.part("send").wait_for()  # the form comes with a script of its own
    await keyboard.type("I am stuck")
    for _ in range(4):
        await keyboard.press("Tab")
    assert await visitor.page.evaluate(FOCUSED) == "assist-send"
    async with visitor.page.expect_response("**/assist/requests/") as answer:
        await keyboard.press("Enter")
    await visitor.reach("requested")
    await desk.accept((await (await answer.value).json())["request_id"])
    await visitor.part("link").wait_for()
    for name in ("", "assist-link"):
        await keyboard.press("Tab")
        assert await visitor.page.evaluate(FOCUSED) == name
    outline = "getComputedStyle(document.activeElement.shadowRoot.activeElement).outlineStyle"
    assert await visitor.page.evaluate(outline) == "solid"
    await keyboard.press("Enter")
    await visitor.part("consent").wait_for()
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await visitor.captured()
    assert await visitor.page.evaluate(FOCUSED) == "assist-indicator"
    await keyboard.press("Enter")
    for _ in range(2):
        await keyboard.press("Shift+Tab")
    assert await visitor.page.evaluate(FOCUSED) == "assist-pause"
    await keyboard.press("Escape")
    assert await visitor.part("end").is_hidden()


async def test_nothing_moves_for_who_wants_no_motion(visitor: Visitor) -> None:
    await visitor.page.emulate_media(reduced_motion="reduce")
    await visitor.go_live()
    icon = visitor.part("indicator").locator("svg")
    assert await icon.evaluate("(svg) => getComputedStyle(svg).animationName") == "none"


async def test_window_that_was_replaced_says_that_it_goes_on_elsewhere(visitor: Visitor, site: Site) -> None:
    await visitor.go_live()
    state = await visitor.page.evaluate("sessionStorage['alongside:state']")
    other = await visitor.page.context.browser.new_context()
    page = await other.new_page()
    left = state.replace('"phase"', '"isLeft":true,"phase"')
    await page.add_init_script(f"sessionStorage['alongside:state'] ??= {json.dumps(left)}")
    await page.goto(f"{site.origin}/two")
    await visitor.reach("ended")
    shown = "document.querySelector('alongside-assist').shadowRoot.textContent"
    assert "another tab" in await visitor.page.evaluate(shown)
    await other.close()


async def test_pause_captures_nothing_until_the_visitor_goes_on(visitor: Visitor, desk: Desk, site: Site) -> None:
    await visitor.go_live()
    await visitor.part("indicator").click()
    await visitor.part("pause").click()
    await visitor.page.click("#next")
    await visitor.page.wait_for_url("**/two")
    await visitor.reach("live")
    await visitor.until("document.querySelector('alongside-assist').shadowRoot.textContent.includes('Paused')")
    assert await visitor.page.evaluate("typeof window.__alongsideCapture") == "undefined"
    await desk.session_is("paused")
    await visitor.part("indicator").click()
    await visitor.part("pause").click()
    await visitor.captured()


async def test_pause_before_the_page_has_its_channel_is_told_once_it_has(visitor: Visitor, desk: Desk) -> None:
    await visitor.go_live()
    is_shut = True

    async def gate(socket: WebSocketRoute) -> None:
        if is_shut:
            await socket.close(code=1013)
        else:
            socket.connect_to_server()

    await visitor.page.route_web_socket("**/ws/assist/visitor/**", gate)
    await visitor.page.click("#next")
    await visitor.page.wait_for_url("**/two")
    await visitor.reach("live")
    await visitor.part("indicator").click()
    await visitor.part("pause").click()
    is_shut = False
    await desk.session_is("paused")


async def test_api_without_a_button(visitor: Visitor, desk: Desk, site: Site) -> None:
    site.attributes = 'data-button="off"'
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.reach("off")
    assert await visitor.part("button").count() == 0
    script = """async () => { window.seen = [];
        for (const name of ['requested', 'link', 'live', 'ended']) Alongside.on(name, () => seen.push(name));
        return (await Alongside.request({note: 'By call'})).requestId; }"""
    await desk.accept(await visitor.page.evaluate(script))
    await visitor.part("link").click()
    await visitor.part("consent").click()
    await visitor.captured()
    await visitor.page.evaluate("Alongside.end()")
    await visitor.reach("ended")
    assert await visitor.page.evaluate("seen") == ["requested", "link", "live", "ended"]
