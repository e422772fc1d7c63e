"""The session of the demo: what the visitor and the agent do, and what has to be seen at each step."""

import time
from typing import Any

from assist.channel.protocol import FrameKind
from helpdesk.demo import page_scripts
from helpdesk.demo.cast import Agent, StoryError, Visitor, until
from helpdesk.demo.links import dead_links
from helpdesk.demo.steps import Steps

# At the latest by then the capture code has also looked for what no event tells of.
SWEEP_MS = 250


class Story(Steps):
    """One assisted session on a third-party site, from the request to the end by the visitor."""

    shown_at = 0.0

    async def play(self) -> None:
        await self.arrive_and_ask()
        await self.accept_and_link()
        await self.consent()
        await self.dashboard()
        await self.tables()
        await self.back_to_dashboard()
        await self.cards_and_resize()
        await self.register_and_back()
        await self.native_page()
        await self.measure_bytes()
        await self.end_by_visitor()

    # M1 to M5

    async def arrive_and_ask(self) -> None:
        agent = self.stage.user("agent")
        self.agent = await Agent.sign_in(
            self.agents, base_url=self.stage.base_url, email=agent["email"], password=agent["password"]
        )
        self.visitor = await Visitor.arrive(self.visitors, url=f"{self.stage.site_url}/index.html")
        await self.visitor.reach("off")
        if await self.visitor.page.evaluate("typeof window.__alongsideCapture") != "undefined":
            raise StoryError("capture code is on the page before a channel is open")
        note = f"The chart on the dashboard is empty for me, order {self.rng.randrange(10**6):06}"
        asked_at = await self.visitor.ask(note)
        self.card = card = self.agent.page.get_by_test_id("assist-request").filter(has_text=note)
        await card.wait_for()
        seen_ms = self.took("request_seen_ms", since=asked_at)
        await self.visitor.reach("requested")
        words = await card.inner_text()
        for part in ("SB Admin 2 - Dashboard", "/index.html"):
            if part not in words:
                raise StoryError(f"the agent's card lacks {part!r}: {words!r}")
        self.evidence.saw("M1", f"the agent's open page showed the request {seen_ms:.0f} ms after 'send', no reload")

    async def accept_and_link(self) -> None:
        accepted_at = time.monotonic()
        await self.card.get_by_test_id("assist-accept").click()
        link = self.visitor.page.get_by_test_id("assist-link")
        await link.wait_for()
        await self.visitor.reach("linked")
        ms = self.took("link_seen_ms", since=accepted_at)
        self.url = await link.get_attribute("href") or ""
        await self.agent.page.wait_for_url("**/desk/assist/*-*/")
        self.session_id = self.agent.page.url.rstrip("/").rsplit("/", 1)[1]
        self.evidence.saw("M2", f"accepting put the invite link into the visitor's page after {ms:.0f} ms")
        self.evidence.saw("M3", await dead_links(self.stage, self.visitors))

    async def consent(self) -> None:
        await self.visitor.page.get_by_test_id("assist-link").click()
        consent = self.visitor.page.get_by_test_id("assist-consent")
        await consent.wait_for()
        dialog = await self.visitor.page.locator("alongside-assist [role=dialog]").inner_text()
        if "record" not in dialog.lower():
            raise StoryError(f"the consent does not name the recording: {dialog!r}")
        await self.visitor.peer.start(self.visitor.page)
        await consent.click()
        await self.visitor.reach("live")
        await self.agent.reach("state", "live")
        self.evidence.saw("M4", "landing changed nothing; consent named the recording, redeemed the link and went live")
        await self.same_page("the dashboard after consent")
        self.shown_at = time.time()  # before, our own dialog covers the page
        first = self.visitor.received_capture_bytes
        if not first:
            raise StoryError("no capture code came through the channel")
        sent = sum(size for _, size in first)
        self.evidence.saw(
            "M5", f"{sent:,} bytes of capture code came through the channel after consent, and none before"
        )

    # M6, M7, M11 on the site's own pages

    async def dashboard(self) -> None:
        page = self.visitor.page
        await self.checkpoint("page with charts")
        viewport = await self.agent.console("viewport")
        if viewport != "1280x720@1":
            raise StoryError(f"the console says viewport {viewport!r}, the visitor has 1280x720@1")
        await page.mouse.wheel(0, 400)
        await self.scrolled_alike()
        await page.mouse.wheel(0, -400)
        await self.scrolled_alike()
        await page.locator("#userDropdown").click()
        await page.locator(".dropdown-menu.show").wait_for()
        await self.checkpoint("open menu")
        await page.locator("[data-target='#logoutModal']").click()
        await self.shown("#logoutModal")
        await self.checkpoint("open modal")
        await page.locator("#logoutModal .btn-secondary").click()
        await page.locator("#logoutModal").wait_for(state="hidden")
        await self.measure_latency()

    async def tables(self) -> None:
        await self.go("tables.html")
        page = self.visitor.page
        await page.locator("#dataTable_filter input").press_sequentially("Tokyo", delay=40)
        await self.same_page("the filtered table")
        await self.measure_latency()
        await self.go("charts.html")
        await self.measure_latency()
        fresh = [size for at, size in self.visitor.received_capture_bytes if at > self.moved_at]
        if fresh:
            raise StoryError(f"a page load with the capture code cached transferred it again: {fresh}")

    async def back_to_dashboard(self) -> None:
        await self.come_back("index.html", lambda: self.visitor.page.locator(".nav-link[href='index.html']").click())

    async def cards_and_resize(self) -> None:
        await self.go("cards.html")
        await self.visitor.page.set_viewport_size({"width": 1024, "height": 700})
        await self.agent.reach("viewport", "1024x700@1")
        await self.checkpoint("after the resize")
        self.evidence.saw("M6", "1280x720@1 rebuilt at exactly that size, and 1024x700@1 after the resize")

    async def register_and_back(self) -> None:
        page = self.visitor.page
        await self.go("register.html")
        await page.locator("#exampleFirstName").press_sequentially("Robin", delay=30)
        await page.locator("#exampleInputPassword").press_sequentially("correct horse", delay=20)
        await self.typed_alike()
        await self.measure_latency()
        await self.come_back("cards.html", page.go_back)
        await self.checkpoint("after going back")
        self.evidence.saw(
            "M7", "snapshots and operations of typing, scrolling, menu, modal, resize and navigation, each seen rebuilt"
        )

    async def native_page(self) -> None:
        page = self.visitor.page
        await page.goto(f"{self.stage.site_url}/canvas/")
        await self.agent.reach("page-kind", "native")
        await self.native_text("40 %", when=lambda: page.mouse.click(24 + 16 + 40, 270 + 84 + 10), before="45 %")
        await page.keyboard.type("Sam", delay=30)
        self.evidence.saw("M8", "a canvas-drawn page became a native page by the tenant's mapping and followed a click")
        await self.go("index.html")
        await self.agent.reach("page-kind", "html")

    async def native_text(self, _text: str, *, when: Any, before: str) -> None:
        async def shows(text: str) -> bool:
            return text in await self.agent.structure()

        await until(f"native page shows {before}", lambda: shows(before))
        await when()
        await until("native page shows 65 %", lambda: shows("65 %"))

    async def measure_bytes(self) -> None:
        await self.visitor.peer.stop()
        up = self.visitor.bytes_up() + self.visitor.uploaded_bytes
        jpeg = self.visitor.peer.total_bytes
        self.evidence.numbers |= {
            "bytes_up": up,
            "of_which_assets_bytes": self.visitor.uploaded_bytes,
            "jpeg_bytes": jpeg,
            "jpeg_pictures": len(self.visitor.peer.taken),
            "ratio_to_jpeg": round(up / jpeg, 3),
        }
        self.evidence.saw("M14", f"{up:,} bytes went up, against {jpeg:,} bytes of JPEG pictures in the same run")

    async def end_by_visitor(self) -> None:
        page, queues, flush_ms = self.visitor.page, await self.queues(), await self.flush_ms()
        await page.get_by_test_id("assist-indicator").click()
        ended_at = time.monotonic()
        await page.get_by_test_id("assist-end").click()
        await self.agent.reach("state", "ended")
        ms = self.took("end_seen_ms", since=ended_at)
        await self.visitor.reach("ended")
        sent = len(self.visitor.sent)
        await page.evaluate("document.body.append('nobody sees this')")
        await page.mouse.move(200, 200)
        await page.evaluate(page_scripts.AFTER_FLUSHES, 2 * flush_ms + SWEEP_MS)
        if await page.evaluate("typeof window.__alongsideCapture") == "function" or len(self.visitor.sent) != sent:
            raise StoryError("something was sent after the end")
        self.evidence.saw("M12", f"the indicator was there all the time; its end reached the agent in {ms:.0f} ms")
        await until("the page queues are cleared", self.no_queues)
        self.evidence.saw("M9", f"{queues} pages had a queue of their own in Valkey, and none is left after the end")

    async def flush_ms(self) -> float:
        """How long a change takes to the visitor's wire while the session lasts."""
        sent, changed_at = len(self.visitor.sent), time.monotonic()
        await self.visitor.page.evaluate("document.body.append('the last that is seen')")

        async def probe() -> bool:
            return any(frame.kind == FrameKind.OPERATIONS for frame in self.visitor.sent[sent:])

        await until("a change is sent while the session lasts", probe)
        return (time.monotonic() - changed_at) * 1000
