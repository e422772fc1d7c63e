"""What visitors of a tenant have in common travels once a tenant: known by its digest, and never a wrong page."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import FrameKind, decode_frame
from assist.pages.subtrees import SUBTREE_TYPE
from tests.capture import test_shelf
from tests.capture.invariant import Invariant
from tests.capture.rig import Rig, payload_bytes, rig
from tests.capture.tenant import Tenant
from tests.capture.test_player import LOAD
from tests.capture.test_shelf import faults, hand_over, shelf_of

OWN = "".join(f"<p>What only {{0}} has ordered, line {n} of the list</p>" for n in range(40))

# Answers wait for `answerNow`.
LATE = """
const asked = new Promise(answer => window.answerNow = answer);
const { askSubtrees } = testHost;
testHost.askSubtrees = async names => { await asked; return askSubtrees(names); };
"""


def page(title: str, body: str) -> str:
    """Without addresses, since the site has another one each time."""
    return test_shelf.page(title, body).replace("href=", "data-page=")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name in ("Ann", "Bob", "Cid"):
        (folder / f"{name}.html").write_text(page(name, f"<section>{OWN.format(name)}</section>"))
    return folder


@contextmanager
def session(browser: Browser, site: Path, tenant: Tenant, name: str) -> Iterator[Rig]:
    """Of one visitor, from when the page is shown and comes to rest."""
    with rig(browser, site, tenant=tenant) as shown:
        shown.open(f"{name}.html")
        shown.settle()
        yield shown


@pytest.fixture(scope="module")
def visited(browser: Browser, site: Path) -> Tenant:
    """Two visitors were there before."""
    tenant = Tenant()
    for name in ("Ann", "Bob"):
        with session(browser, site, tenant, name) as shown:
            assert "Chapter 7" in shown.operations()
            if name == "Bob":
                shown.until(lambda: has(tenant, "Chapter 7"), "what both have goes up")
    return tenant


@pytest.fixture
def warm(visited: Tenant) -> Tenant:
    return Tenant(dict(visited.assets), dict(visited.askers))


def has(tenant: Tenant, text: str) -> bool:
    return text in b"".join(tenant.subtrees().values()).decode()


def snapshot_bytes(shown: Rig) -> int:
    return payload_bytes([frame for frame in shown.frames if frame[0] == FrameKind.SNAPSHOT])


def test_first_visitor_uploads_nothing(browser: Browser, site: Path) -> None:
    with session(browser, site, tenant := Tenant(), "Ann") as shown:
        shown.until(equal := Invariant(shown), equal)
        assert tenant.asked_bytes
        assert not tenant.subtrees()


def test_second_visitor_uploads_what_is_common_and_nothing_else(warm: Tenant) -> None:
    assert has(warm, "Chapter 7")
    assert not has(warm, "What only")


def test_third_visitor_names_it(browser: Browser, site: Path, warm: Tenant) -> None:
    with session(browser, site, warm, "Cid") as shown:
        shown.until(equal := Invariant(shown), equal)
        assert "Chapter 7" in shown.page.inner_text("nav")
        assert "Chapter 7" not in shown.operations()
        assert not faults(shown)


def test_whole_page_that_is_known_takes_a_few_hundred_bytes(browser: Browser, site: Path, warm: Tenant) -> None:
    with session(browser, site, warm, "Ann") as shown:
        assert "What only" in shown.operations()  # it is not in the store yet, since only she has asked for it
        shown.until(lambda: has(warm, "What only Ann"), "what she has asked for twice goes up")
    before = warm.asked_bytes
    with session(browser, site, warm, "Ann") as shown:
        shown.until(equal := Invariant(shown), equal)
        assert "What only" not in shown.operations()
        assert snapshot_bytes(shown) + warm.asked_bytes - before < 400


def test_other_tenant_knows_nothing_of_it(browser: Browser, site: Path, warm: Tenant) -> None:
    with session(browser, site, Tenant(), "Cid") as shown:
        assert "Chapter 7" in shown.operations()
        shown.until(equal := Invariant(shown), equal)


def resent(shown: Rig) -> None:
    """As the console does when its stage reports a fault."""
    shown.console.wait_for_function("reports.some(report => report.type === 'fault')")
    assert shown.stage.evaluate("document.querySelector('iframe').contentDocument.querySelector('nav')") is None
    shown.visitor.evaluate("testCapture.resync()")
    shown.settle()
    shown.until(equal := Invariant(shown), equal)
    assert "Chapter 7" in shown.page.inner_text("nav")


def test_lost_subtree_leads_to_a_fresh_snapshot(browser: Browser, site: Path, warm: Tenant) -> None:
    with rig(browser, site, tenant=warm) as shown:
        lost = {name: warm.assets.pop(name) for name in warm.subtrees()}
        warm.subtrees = lambda: {name: data for name, (_kind, data) in lost.items()}  # type: ignore[method-assign]
        shown.open("Cid.html")
        shown.settle()
        resent(shown)


def test_subtree_that_is_another_leads_to_a_fresh_snapshot(browser: Browser, site: Path, warm: Tenant) -> None:
    for name, data in warm.subtrees().items():
        warm.assets[name] = (SUBTREE_TYPE, data.replace(b"Chapter 7", b"Chapter 8"))
    with session(browser, site, warm, "Cid") as shown:
        resent(shown)


def test_who_joins_late_and_who_plays_it_see_the_page(browser: Browser, site: Path, warm: Tenant) -> None:
    with session(browser, site, warm, "Cid") as shown:
        frames = list(shown.frames)
        late = shown.console.context.new_page()
        late.goto(shown.stage.url)
        given = [{"at": decode_frame(one).time, "frame": base64.b64encode(one).decode()} for one in frames]
        span = late.evaluate(LOAD, given)
        late.evaluate("at => alongsideStage.seek(at)", span["endMs"] + 1)
        assert "Chapter 7" in late.frames[1].inner_text("nav")
        assert late.frames[1].locator("body").inner_html() == shown.page.locator("body").inner_html()
        late.close()
        shown.console.reload()
        shown.console.wait_for_function("reports.some(report => report.type === 'ready')")
        hand_over(shown, shelf_of(frames))
        hand_over(shown, [one for one in frames if decode_frame(one).page == decode_frame(frames[-1]).page])
        shown.until(equal := Invariant(shown), equal)
        assert not faults(shown)


def test_masked_text_goes_up_as_it_is_shown(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(page("Same", f"<section class=private>{OWN.format('Ann')}</section>"))
    tenant = Tenant()
    for _visitor in range(2):
        with rig(browser, tmp_path, tenant=tenant, masking={"mask": [".private"]}) as shown:
            shown.open("a.html")
            shown.settle()
    assert "Chapter 7" in (text := b"".join(tenant.subtrees().values()).decode())
    assert "What only" not in text


def test_answer_that_does_not_come_holds_the_page_up_for_a_moment_only(browser: Browser, site: Path) -> None:
    with rig(browser, site, tenant=Tenant()) as shown:
        shown.visitor.add_init_script("testHost.askSubtrees = () => new Promise(() => undefined)")
        shown.open("Ann.html")
        shown.settle()
        assert "Chapter 7" in shown.operations()


def test_answer_that_comes_late_is_met_by_a_page_that_rests(browser: Browser, site: Path) -> None:
    with session(browser, site, tenant := Tenant(), "Ann"):
        assert not tenant.subtrees()
    with rig(browser, site, tenant=tenant) as shown:
        shown.visitor.add_init_script(LATE)
        shown.open("Bob.html")
        shown.until_sent('"checkpoint"')
        assert not tenant.subtrees()
        shown.visitor.evaluate("answerNow()")
        shown.until(tenant.subtrees)
        assert "Chapter 7" in b"".join(tenant.subtrees().values()).decode()
