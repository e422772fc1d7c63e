"""The console says what of the visitor's page is not as the visitor sees it."""

from playwright.async_api import expect

from tests.continuity.people import Watcher
from tests.loader.conftest import Visitor

# A frame of the tenant's own may have the loader inside, which is given 10 s to say so (web/capture/frames.ts).
LISTED_MS = 20_000
FRAME = "document.body.insertAdjacentHTML('beforeend', '<iframe sandbox srcdoc=inside></iframe>')"


async def test_frame_that_cant_be_read_is_listed(visitor: Visitor, agent: Watcher) -> None:
    listed = agent.page.get_by_test_id("assist-unfaithful")
    await expect(listed).to_be_hidden()
    await visitor.page.evaluate(FRAME)
    await expect(listed).to_be_visible(timeout=LISTED_MS)
    await listed.locator("summary").click()
    await expect(listed.locator("li")).to_have_text(["Frame of another site: <iframe>"])
