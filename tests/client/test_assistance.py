"""The native visitor's whole part against a real desk, without any toolkit; models are imported late."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from assist.channel.protocol import FrameKind
from tests.client.people import NativeVisitor, frames_of, said, until
from tests.loader.conftest import Desk, desk
from tests.stack import LiveStack

__all__ = ["desk"]
MAPPING = {
    "version": 1,
    "extends": "ready:qt-widgets",
    "rules": [{"match": {"tag": "Label"}, "element": "span"}, {"match": {"tag": "Screen"}, "element": "main"}],
}


def configure(desk: Desk) -> str:
    """The tenant's public key of its rules."""
    from assist.capture.actions import put_mapping
    from helpdesk.tenants.models import Tenant
    from helpdesk.tenants.signing import public_key_of

    Tenant.objects.filter(pk=desk.tenant.pk).update(
        allowed_origins=["https://app.example.com"], masking={"data": ["phone"]}
    )
    put_mapping("till", document=MAPPING)
    return public_key_of(desk.tenant.pk)


@pytest.fixture
async def visitor(live_stack: LiveStack, desk: Desk) -> AsyncIterator[NativeVisitor]:
    key = await desk.within(configure, desk)
    made = NativeVisitor(desk, base_url=live_stack.base_url, rules_key=key)
    yield made
    made.assistance.close()


async def sent(desk: Desk, session_id: Any, condition: Any, what: str) -> list[Any]:
    """All frames, once the condition holds of what they say."""

    async def read() -> list[Any]:
        frames = await frames_of(desk, session_id)
        return frames if condition(said(frames)) else []

    return await until(read, what)


async def test_session_from_the_request_to_the_end(visitor: NativeVisitor, desk: Desk) -> None:
    visitor.show("sale", "Call 138 0013 8000", "Total 12")
    session_id = await visitor.go_live()
    consent = (await visitor.hears("consent"))["landed"]
    assert "recorded" in consent.consent_text
    assert consent.tenant_name == desk.tenant.name
    frames = await sent(desk, session_id, lambda text: "Total 12" in text, "the snapshot")
    assert [frame.kind for frame in frames[:3]] == [FrameKind.PAGE_ENTER, FrameKind.SNAPSHOT, FrameKind.VIEWPORT]
    assert '"main"' in said(frames)
    assert "138" not in said(frames)

    before = len(frames)
    visitor.show("sale", "Call 138 0013 8000", "Total 15")
    frames = await sent(desk, session_id, lambda text: "Total 15" in text, "the change")
    changes = frames[before:]
    assert [frame.kind for frame in changes] == [FrameKind.OPERATIONS]
    assert '"mutation"' in said(frames)
    assert len(changes[0].payload) < 60

    visitor.show("stock", "Nothing left")
    await sent(desk, session_id, lambda text: "Nothing left" in text, "the other page")
    visitor.show("sale", "Call 138 0013 8000", "Total 15")
    frames = await sent(desk, session_id, lambda text: "HISTORY" in text, "the return")
    returned = next(frame for frame in frames if frame.kind == FrameKind.HISTORY)
    assert returned.page == frames[0].page
    assert frames[-1].kind != FrameKind.SNAPSHOT

    visitor.assistance.pause()
    visitor.show("sale", "Call 138 0013 8000", "Secret while paused")
    visitor.show("sale", "Call 138 0013 8000", "Total 20")
    visitor.assistance.resume()
    frames = await sent(desk, session_id, lambda text: "Total 20" in text, "the page after the pause")
    assert "Secret while paused" not in said(frames)
    assert [frame.kind for frame in frames if frame.kind in (FrameKind.PAUSE, FrameKind.RESUME)] == [
        FrameKind.PAUSE,
        FrameKind.RESUME,
    ]

    visitor.assistance.click("click", 20.4, 30.6)
    visitor.assistance.close_page("stock")
    frames = await sent(desk, session_id, lambda text: "PAGE_CLOSE" in text and '["click"' in text, "what is done")
    assert '"click",1,20,31]' in said(frames)

    visitor.assistance.end()
    await desk.session_is("ended")
    assert (await visitor.hears("ended"))["reason"] == "visitor_ended"
    assert [values for name, values in visitor.heard if name == "refused"] == []


async def test_rules_that_the_desk_has_not_signed_are_not_followed(live_stack: LiveStack, desk: Desk) -> None:
    await desk.within(configure, desk)
    forged = NativeVisitor(desk, base_url=live_stack.base_url, rules_key="00" * 32)
    forged.show("sale", "Total 12")
    accepted = await forged.ask()
    forged.assistance.open_link((await forged.hears("link"))["url"])
    await forged.hears("consent")
    forged.assistance.agree()
    assert (await forged.hears("ended"))["reason"] == "blocked"
    await desk.session_is("ended")
    assert await frames_of(desk, accepted.session.pk) == []
    forged.assistance.close()


async def test_visitor_is_told_why_a_link_or_a_page_is_refused(visitor: NativeVisitor) -> None:
    visitor.assistance.open_link("https://app.example.com/till#alongside=nothing")
    assert (await visitor.hears("problem"))["code"] == "unknown"
    await visitor.go_live()
    visitor.show("sale", rect=[0, 0, 1])
    assert "rect" in (await visitor.hears("refused"))["detail"]


async def test_refusing_and_declining_end_the_way(visitor: NativeVisitor, desk: Desk) -> None:
    request = visitor.assistance.request(note="No")
    await desk.decline(await until(_done(request), "the request"), "We are closed")
    assert "We are closed" in (await visitor.hears("problem"))["detail"]
    await visitor.ask()
    visitor.assistance.open_link((await visitor.hears("link"))["url"])
    await visitor.hears("consent")
    visitor.assistance.refuse()
    assert (await visitor.hears("ended"))["reason"] == "consent_refused"


def _done(future: Any) -> Any:
    async def read() -> Any:
        return future.result() if future.done() else None

    return read


async def test_session_survives_a_server_that_is_killed(
    visitor: NativeVisitor, desk: Desk, live_stack: LiveStack
) -> None:
    visitor.show("sale", "Total 1")
    session_id = await visitor.go_live()
    await sent(desk, session_id, lambda text: "Total 1" in text, "the snapshot")
    live_stack.kill_web()
    visitor.show("sale", "Total 2")
    visitor.show("stock", "Shelf 3")
    live_stack.start_web()
    frames = await sent(desk, session_id, lambda text: "Shelf 3" in text, "what was shown meanwhile")
    assert "Total 2" in said(frames)
    assert [frame.seq for frame in frames] == list(range(1, len(frames) + 1))
