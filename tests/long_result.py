"""`make test-long` leaves its result in tests/faults: README.md and result.json, with date and machine."""

import json
import time
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "faults"


class LongResult:
    """Notes how each test ended; a test that failed in any part has failed."""

    def __init__(self) -> None:
        self.tests: dict[str, dict[str, object]] = {}
        self.began = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        seen = self.tests.setdefault(report.nodeid, {"outcome": "passed", "seconds": 0.0, "figures": {}})
        seen["seconds"] = round(float(str(seen["seconds"])) + report.duration, 1)
        seen["figures"] = dict(report.user_properties)
        if report.outcome != "passed":
            seen["outcome"] = report.outcome

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        from benchmarks import result

        outcomes = [seen["outcome"] for seen in self.tests.values()]
        passed, seconds = outcomes.count("passed"), round(time.monotonic() - self.began)
        figures = {"passed": passed, "failed": len(outcomes) - passed, "seconds": seconds, "tests": self.tests}
        result.write(FOLDER, figures=figures, peers={}, table=table(self.tests))


def table(tests: dict[str, dict[str, object]]) -> str:
    rows = ["| test | outcome | seconds | what it saw |", "| --- | --- | ---: | --- |"]
    for name, seen in tests.items():
        figures = json.dumps(seen["figures"], ensure_ascii=False).strip("{}").replace('"', "").replace("|", "/")
        rows.append(f"| {name.removeprefix('tests/')} | {seen['outcome']} | {seen['seconds']} | {figures} |")
    return "\n".join(rows)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-result", action="store_true", help="write how the long tests ended into tests/faults")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("keep_result"):
        config.pluginmanager.register(LongResult())
