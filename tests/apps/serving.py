"""Serves third-party applications: pages of ours that start them, and their packages."""

from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from tests.capture import sites

PAGES = Path(__file__).parent / "pages"
MODULES = sites.ROOT / "node_modules"
# An application with addresses of its own has one page for all of them.
ONE_PAGE = "/shop/"


class Applications(sites.Site):
    """`/modules/…` is the folder of npm packages, anything else a page."""

    def translate_path(self, path: str) -> str:
        path = urlsplit(path).path
        self.directory = str(MODULES if path.startswith("/modules/") else PAGES)
        if path.startswith(ONE_PAGE):
            return str(PAGES / "shop.html")
        return super().translate_path(path.removeprefix("/modules"))

    def do_POST(self) -> None:
        """An application that sends something gets nothing back."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()
