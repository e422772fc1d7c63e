"""The browsers of these tests."""

from pathlib import Path

from playwright.sync_api import Browser, Playwright

from helpdesk.embedded import browser as browsers

# No name but ours resolves: a page that reaches for another host fails at once, as it does without a network.
OWN_HOSTS_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"


def launch(playwright: Playwright, path: Path, *, without: list[str]) -> Browser:
    """`without` are options of Playwright's own."""
    arguments = [*browsers.ARGUMENTS, OWN_HOSTS_ONLY]
    return playwright.chromium.launch(executable_path=path, args=arguments, ignore_default_args=without)
