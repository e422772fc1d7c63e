"""That a script of the visitor's page failed is told, and nothing of what it said."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.capture.rig import Rig, rig

PAGE = "<!doctype html><title>E</title><body>start<iframe srcdoc='<p>inner'></iframe>"
SECRET = "the name is Example"
# A picture that can't be loaded, and sizes that change while they are looked at: both are events of the same name.
HARMLESS = """() => Promise.all([
  new Promise((done) => Object.assign(document.body.appendChild(new Image()), { onerror: done, src: "none.png" })),
  new Promise((resolve) => {
    const grows = new ResizeObserver(() => (document.body.style.paddingLeft = `${document.body.clientWidth}px`));
    grows.observe(document.body);
    addEventListener("error", () => { grows.disconnect(); resolve(); }, { once: true });
  }),
]).then(() => undefined)"""
# All of them before the window hears of the first.
MANY = """(secret) => {
  for (let i = 0; i < 20; i++) setTimeout(() => { throw new Error(secret); });
  void Promise.reject(new Error(secret));
}"""
INNER = "(secret) => frames[0].setTimeout(`throw new Error('${secret}')`)"
REJECTED = "(secret) => void Promise.reject(secret)"
NAME = '"script_error"'


def test_failing_scripts_are_told_once_a_second_and_without_their_words(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        shown.until(lambda: "SNAPSHOT" in shown.kinds())
        shown.settle()
        shown.visitor.evaluate(HARMLESS)
        says(shown, "calm")
        assert NAME not in shown.operations()
        shown.visitor.evaluate(MANY, SECRET)
        shown.until(lambda: NAME in shown.operations(), "the first")
        says(shown, "after")
        assert shown.operations().count(NAME) == 1
        for number, fails in enumerate((INNER, REJECTED), start=2):
            again(shown, fails, number)
        assert "Example" not in shown.operations()


def says(shown: Rig, text: str) -> None:
    """And what was done before is told."""
    shown.visitor.evaluate("(text) => document.body.append(text)", text)
    shown.until(lambda: text in shown.operations(), text)


def again(shown: Rig, fails: str, number: int) -> None:
    """Until a second is over, nothing is told of it."""

    def is_told() -> bool:
        shown.visitor.evaluate(fails, SECRET)
        return shown.operations().count(NAME) >= number

    shown.until(is_told, fails)
