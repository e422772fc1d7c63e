"""Test suites of other projects, as their packages ship them, run in the tenant's page: alike without us, beside the
help button, and while the page is captured. A suite may have failures of its own; they too have to be the same."""

import mimetypes
from pathlib import Path

import pytest

from tests.loader.conftest import Visitor
from tests.loader.site import Site

pytestmark = pytest.mark.long

MODULES = Path(__file__).parents[2] / "node_modules"
TAG = '<script async src="{base_url}/assist/loader.js" data-desk="{public_key}"></script>'
# It renders into the document that is there, not into the mock that it brings for Node.
MITHRIL_DOM = "<script>require.$$modules[`${location.origin}/mithril/test-utils/domMock`] = () => window</script>"
MITHRIL_RUN = """() => new Promise((resolve) => require.$$modules[`${location.origin}/mithril/ospec/ospec`].run(
  (results) => resolve(results.map(({ pass, context, message }) => [context ?? '', pass, message ?? '']))))"""
QUNIT_LATER = "<script>QUnit.config.autostart = false;</script>"
QUNIT_RUN = """() => new Promise((resolve) => {
  const results = [];
  QUnit.testDone = ({ name, failed, total }) => results.push([name, failed === 0, `${failed} of ${total}`]);
  QUnit.done = () => resolve(results);
  QUnit.start();
})"""


def mithril(page: str) -> str:
    mock = '<script src="../../test-utils/domMock.js"></script>'
    run = '<script>require("../../ospec/ospec").run()</script>'
    assert mock in page
    assert run in page
    return page.replace(mock, MITHRIL_DOM).replace(run, "")


def dat_gui(page: str) -> str:
    loaded = '<script type="text/javascript" src="qunit.js"></script>'
    assert loaded in page
    return page.replace(loaded, loaded + QUNIT_LATER)


SUITES = {
    "mithril": ("mithril/render/tests/index.html", mithril, MITHRIL_RUN),
    "dat.gui": ("dat.gui/tests/index.html", dat_gui, QUNIT_RUN),
}


def serve(site: Site, package: str) -> None:
    for path in (MODULES / package).rglob("*"):
        if path.is_file() and path.suffix in (".js", ".css", ".html"):
            kind = mimetypes.guess_type(path.name)[0] or "text/plain"
            site.files[f"/{path.relative_to(MODULES)}"] = (f"{kind}; charset=utf-8", path.read_bytes())


@pytest.mark.parametrize("package", SUITES)
async def test_suite_of_another_project_has_the_same_results_with_us(
    package: str, visitor: Visitor, site: Site
) -> None:
    path, prepare, script = SUITES[package]
    serve(site, package)
    page = prepare((MODULES / path).read_text())
    url = f"/{path}"
    kind = "text/html; charset=utf-8"
    site.files[url] = (kind, page.encode())
    await visitor.page.goto(site.origin + url)
    alone = await visitor.page.evaluate(script)
    assert len(alone) > 40
    assert sum(passed for _name, passed, _message in alone) > 0.8 * len(alone)
    tag = TAG.format(base_url=site.base_url, public_key=site.public_key)
    site.files[url] = (kind, page.replace("</body>", f"{tag}</body>").encode())
    await visitor.page.goto(site.origin + url)
    await visitor.part("button").wait_for()
    assert await visitor.page.evaluate(script) == alone
    await visitor.go_live()
    await visitor.page.goto(site.origin + url)
    await visitor.captured()
    assert await visitor.page.evaluate(script) == alone
    await visitor.reach("live")
