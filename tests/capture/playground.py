"""A page on which sequences of operations are run, each on a fresh one; the invariant is checked at each rest."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Browser

from tests.capture import sites
from tests.capture.invariant import Invariant
from tests.capture.rig import WAIT_SECONDS, Rig, rig
from tests.capture.sequences import Operation

ALLOW = ".open"
FAULTS = "told => reports.slice(told).filter((report) => report.type === 'fault').map((report) => report.detail)"
PAGE = """<!doctype html><meta charset=utf-8><title>Playground</title>
<style>.c1 { margin-top: 4px } .c2:focus { outline: 2px solid } .c3 { display: block } .c4 { float: left }</style>
<body><div id=playground>start</div><p>after it</p><script>%s</script>"""
INNER = "<!doctype html><title>Inner</title><p>loaded <b>frame</b></p><div style='height: 500px'>tall</div>"


class Site(sites.Quiet):
    """The playground under every path, so that each run has one that nobody has been on."""

    def do_GET(self) -> None:
        body = INNER if self.path.endswith("inner.html") else PAGE % (sites.PAGES / "fuzz.js").read_text()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        with suppress(ConnectionError):  # a frame that is gone does not wait for its document
            self.wfile.write(body.encode())


class Playground:
    def __init__(self, shown: Rig) -> None:
        self.shown = shown
        self.runs = itertools.count(1)
        self.errors: list[str] = []
        for page in (shown.visitor, shown.console):
            page.on("pageerror", lambda error: self.errors.append(f"{error}\n{error.stack}"))

    def run(self, sequence: list[Operation], *, seconds: float = WAIT_SECONDS) -> None:
        """Raises AssertionError, which says what differs, when the pages do not come to be equal in time."""
        self.shown.open(f"{next(self.runs)}/page.html")
        told = self.shown.console.evaluate("reports.length")
        self.errors.clear()
        equal = Invariant(self.shown, ALLOW)

        def holds() -> bool:
            faults = self.shown.console.evaluate(FAULTS, told)
            assert not faults, f"the stage can't follow: {faults}"
            assert not self.errors, self.errors
            return equal()

        for burst in bursts(sequence):
            self.shown.visitor.evaluate("sequence => fuzz(sequence)", burst)
            self.shown.until(holds, equal, seconds)


def bursts(sequence: list[Operation]) -> Iterator[list[Operation]]:
    """What is done between two rests; of each sequence at least one."""
    burst: list[Operation] = []
    for operation in sequence:
        if operation[0] != "rest":
            burst.append(operation)
        elif burst:
            yield burst
            burst = []
    yield burst


@contextmanager
def playground(browser: Browser) -> Iterator[Playground]:
    with rig(browser, sites.ROOT, masking={"allow": [ALLOW]}, handler=Site) as shown:
        yield Playground(shown)
