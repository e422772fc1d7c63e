"""After any change the rebuilt page equals the visitor's: random changes, by seeds that a failure names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture import sites
from tests.capture.rig import Rig, rig

SEEDS = range(1, 9)
STEPS = 60
BURSTS = 4
SERIALISE = """(side) => {
  const skipped = new Set(["script", "alongside-assist"]);
  const walk = (node) => {
    if (node.nodeType === 3) return [node.parentNode.localName === "style" ? "" : node.data];
    if (node.nodeType !== 1 || skipped.has(node.localName)) return [];
    const names = node.getAttributeNames().filter((name) => !name.startsWith("data-alongside")).sort();
    const attributes = names.map((name) => [name, name === "style" ? node.style.cssText : node.getAttribute(name)]);
    const rules = node.localName === "style" ? [...node.sheet.cssRules].map((rule) => rule.cssText) : [];
    const frame = node.localName === "iframe" ? walk(node.contentDocument.body) : [];
    const shadow = [...(node.shadowRoot?.childNodes ?? [])].flatMap(walk);
    return [[node.localName, attributes, rules, frame, shadow, [...node.childNodes].flatMap(walk)]];
  };
  return JSON.stringify(walk(document.querySelector("#playground")));
}"""


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("site")
    script = (sites.PAGES / "fuzz.js").read_text()
    body = f"<div id=playground>start</div><script>{script}</script>"
    (folder / "page.html").write_text(f"<!doctype html><title>F</title>{body}")
    with rig(browser, folder) as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_random_changes_arrive(shown: Rig, seed: int) -> None:
    shown.open("page.html")
    for burst in range(BURSTS):
        shown.visitor.evaluate("([seed, steps]) => fuzz(seed, steps)", [seed * 1000 + burst, STEPS])
        shown.until(
            lambda: shown.page.evaluate(SERIALISE) == shown.visitor.evaluate(SERIALISE),
            f"equal pages, seed {seed}/{burst}",
        )
    assert not [report for report in shown.reports if report["type"] in ("fault", "need")]
