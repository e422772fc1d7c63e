"""Steps that recur in the demo's story, and where it plays."""

import asyncio
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import redis.asyncio
from playwright.async_api import Browser

from helpdesk.demo import page_scripts
from helpdesk.demo.cast import Agent, StoryError, Visitor, until
from helpdesk.demo.evidence import Checkpoint, Evidence
from helpdesk.demo.pictures import differing_share, load

MAX_DIFFERING_SHARE = 0.01
MAX_RETURN_BYTES = 1024
MARKS_A_PAGE = 8


@dataclass
class Stage:
    """Where the demo plays: addresses, fonts (`FONTCONFIG_FILE`), and sign-ins as `seed_demo --json` prints them."""

    base_url: str
    site_url: str
    redis_url: str
    fonts: str
    seed: dict[str, Any]

    @property
    def tenant(self) -> dict[str, Any]:
        return self.seed["tenants"][0]

    def user(self, role: str) -> dict[str, str]:
        return next(user for user in self.tenant["users"] if user["role"] == role)

    def api(self, tenant: dict[str, Any] | None = None) -> httpx.AsyncClient:
        token = (tenant or self.tenant)["api_token"]
        return httpx.AsyncClient(
            base_url=f"{self.base_url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30
        )


class Steps:
    """The visitor, the agent, and what is done and checked again and again."""

    def __init__(
        self, *, stage: Stage, agents: Browser, visitors: Browser, evidence: Evidence, rng: random.Random, out: Path
    ) -> None:
        self.stage, self.agents, self.visitors = stage, agents, visitors
        self.evidence, self.rng, self.out = evidence, rng, out
        self.latencies_ms: list[float] = []
        self.session_id = ""
        self.moved_at = 0.0
        self.visitor: Visitor
        self.agent: Agent

    def took(self, name: str, *, since: float) -> float:
        """Note and return the ms since a moment of the monotonic clock."""
        ms = (time.monotonic() - since) * 1000
        self.evidence.numbers[name] = round(ms)
        return ms

    async def queues(self) -> int:
        """Page queues of the session in Valkey."""
        async with redis.asyncio.from_url(self.stage.redis_url) as valkey:
            return len([key async for key in valkey.scan_iter(f"*{{{self.session_id}}}:page:*", count=1000)])

    async def no_queues(self) -> bool:
        return await self.queues() == 0

    async def keep_pictures(self) -> None:
        """Both screens as they are, for whoever looks at a failed run."""
        for name in ("visitor", "agent"):
            person = getattr(self, name, None)
            if person is not None:
                await person.page.screenshot(path=self.out / f"failed-{name}.png")

    async def go(self, name: str) -> None:
        """Follow a link of the site to a page, and wait until the agent has it."""
        self.moved_at = time.time()
        link = self.visitor.page.locator(f"a[href='{name}']").first
        if await link.count() and await link.is_visible():
            await link.click()
        else:
            await self.visitor.page.goto(f"{self.stage.site_url}/{name}")
        await self.visitor.page.wait_for_url(f"**/{name}")
        await self.visitor.page.wait_for_load_state()
        await self.same_page(name)

    async def come_back(self, name: str, move: Any) -> None:
        before, pages_before = time.time(), await self.page_ids()
        await move()
        await self.visitor.page.wait_for_url(f"**/{name}")
        await self.visitor.page.wait_for_load_state()
        await self.same_page(f"{name} again")
        sent = self.visitor.payload_up(since=before)
        if await self.page_ids() - pages_before:
            raise StoryError(f"going back to {name} made a new page")
        if sent >= MAX_RETURN_BYTES:
            raise StoryError(f"going back to {name} sent {sent} bytes: {self.visitor.sizes_up(before)}")
        self.evidence.numbers[f"back_to_{name}_bytes"] = sent
        self.evidence.saw("M10", f"back to {name}: {sent} bytes of payload, shown from the agent's cache")
        await self.measure_latency()

    async def page_ids(self) -> set[int]:
        async with self.stage.api() as api:
            return {
                page["page_id"] for page in ok(await api.get(f"/assist/sessions/{self.session_id}/")).json()["pages"]
            }

    async def shown(self, selector: str) -> None:
        """Until a Bootstrap element has faded in."""
        await self.visitor.page.locator(selector).wait_for()
        await self.visitor.page.wait_for_function(
            "(s) => getComputedStyle(document.querySelector(s)).opacity === '1'", arg=selector
        )

    async def scrolled_alike(self) -> None:
        async def probe() -> bool:
            stage = await self.agent.stage()
            theirs = await stage.evaluate(
                "[...document.querySelectorAll('[data-testid=assist-page]')]"
                ".find((f) => f.getClientRects().length)?.contentWindow.scrollY"
            )
            return theirs == await self.visitor.page.evaluate("window.scrollY")

        await until("the rebuilt page scrolls with the visitor's", probe)

    async def typed_alike(self) -> None:
        """The allowed field reads as typed; of the password only the length arrives."""

        async def probe() -> list[str]:
            fields = await self.agent.values("#exampleFirstName", "#exampleInputPassword")
            return fields if fields[0] == "Robin" and len(fields[1]) == len("correct horse") else []

        _, secret = await until("the agent reads the allowed field", probe)
        if set(secret) != {"•"}:
            raise StoryError(f"the password reached the agent as {secret!r}")

    async def same_page(self, what: str) -> list[str]:
        """Until elements and texts of the rebuilt page equal the visitor's."""

        async def probe() -> list[str]:
            ours = await self.visitor.page.evaluate(f"({page_scripts.STRUCTURE})(document.body)")
            return ours if ours == await self.agent.structure() else []

        try:
            return await until(f"rebuilt page equals the visitor's ({what})", probe)
        except StoryError as error:
            ours = await self.visitor.page.evaluate(f"({page_scripts.STRUCTURE})(document.body)")
            raise StoryError(f"{error}; {_first_difference(ours, await self.agent.structure())}") from None

    async def checkpoint(self, name: str) -> None:
        elements = await self.same_page(name)
        boxes = await self.visitor.page.evaluate(page_scripts.MASKED_BOXES, "#exampleFirstName")
        shares = [1.0]

        async def probe() -> bool:
            """Pictures of a canvas come by themselves; nothing else may be missing when the two are compared."""
            await self.settled(name)
            shares.append(await self._differing_share(name, boxes))
            return shares[-1] <= MAX_DIFFERING_SHARE

        try:
            await until(f"pixels of '{name}' agree", probe)
        except StoryError as error:
            raise StoryError(f"'{name}': {min(shares):.2%} of the pixels differ; {error}") from None
        self.evidence.checkpoints.append(Checkpoint(name, time.time(), shares[-1], boxes, len(elements)))

    async def settled(self, name: str) -> None:
        """Until neither page waits for fonts, images, style sheets or an animation's end, and the agent's has all."""

        async def visitors() -> bool:
            waits.append(await self.visitor.page.evaluate(f"({page_scripts.UNSETTLED})(document)"))
            return not waits[-1]

        async def agents() -> bool:
            waits.append(await self.agent.unsettled(mark, fonts))
            return not waits[-1]

        waits: list[list[str]] = []
        try:
            await until("the visitor's page is at rest", visitors)
            fonts = await self.visitor.page.evaluate(f"({page_scripts.LOADED_FONTS})(document)")
            mark = f"settled-{time.monotonic()}"
            await self.visitor.mark(mark)
            await until("the rebuilt page is at rest", agents)
        except StoryError as error:
            raise StoryError(f"'{name}': {error}, for want of {waits[-1]}") from None

    async def _differing_share(self, name: str, boxes: Any) -> float:
        ours, theirs = load(await self.agent.picture()), load(await self.visitor.picture())
        if ours.shape != theirs.shape:
            raise StoryError(f"'{name}': the rebuilt page is {ours.shape}, the visitor's {theirs.shape}")
        return differing_share(ours, theirs, boxes=boxes)

    async def measure_latency(self) -> None:
        """From a DOM change at the visitor to the same change in the rebuilt DOM, by the one clock of both."""
        stage = await self.agent.stage()
        await stage.evaluate(page_scripts.WATCH_MARKS, await self.agent.rebuilt())
        for number in range(MARKS_A_PAGE):
            name = f"{len(self.latencies_ms)}-{number}"
            changed_at = await self.visitor.mark(name)

            async def probe(name: str = name) -> float:
                return await stage.evaluate("(name) => window.__marks?.[name] ?? 0", name)

            seen_at = await until("a change reaches the rebuilt DOM", probe)
            self.latencies_ms.append(seen_at - changed_at)
            await asyncio.sleep(self.rng.uniform(0.02, 0.12))  # changes at random moments of the batch


def ok(response: httpx.Response) -> httpx.Response:
    """The response; StoryError with its problem details when it is an error."""
    if response.is_error:
        raise StoryError(
            f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text}"
        )
    return response


def _first_difference(ours: list[str], theirs: list[str]) -> str:
    for index, (our, their) in enumerate(zip(ours, theirs, strict=False)):
        if our != their:
            return f"at {index}: visitor {ours[index - 2 : index + 3]}, agent {theirs[index - 2 : index + 3]}"
    return f"visitor has {len(ours)} entries, agent {len(theirs)}"
