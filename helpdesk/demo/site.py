"""`python -m helpdesk.demo.site PORT PUBLIC_URL PUBLIC_KEY`: a third-party site, unmodified but for our script tag.

Serves the npm package `startbootstrap-sb-admin-2` at `/` and a page drawn on a canvas at `/canvas/`. HTML answers
get the one script tag before `</head>`; nothing else is changed. GET and HEAD only.
"""

import io
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import quoteattr

HOST = "127.0.0.1"
PACKAGE = Path(__file__).resolve().parent.parent.parent / "node_modules" / "startbootstrap-sb-admin-2"
CANVAS = Path(__file__).resolve().parent / "canvas"
CANVAS_PREFIX = "/canvas/"


def script_tag(public_url: str, public_key: str) -> str:
    """The one line that a tenant adds to its pages."""
    source = quoteattr(f"{public_url}/assist/loader.js")
    return f"<script async src={source} data-desk={quoteattr(public_key)}></script>"


class SiteHandler(SimpleHTTPRequestHandler):
    """Files of the package and of the canvas page; 404 for anything else, folders without an index included."""

    protocol_version = "HTTP/1.1"
    server_version = "DemoSite"

    def __init__(self, *args: Any, tag: str, **kwargs: Any) -> None:
        self.tag = tag
        super().__init__(*args, directory=str(PACKAGE), **kwargs)

    def translate_path(self, path: str) -> str:
        """The file of a URL path, never outside of the two folders."""
        plain = path.partition("?")[0].partition("#")[0]
        if not plain.startswith(CANVAS_PREFIX):
            return super().translate_path(path)
        inside = super().translate_path("/" + plain.removeprefix(CANVAS_PREFIX))
        return str(CANVAS / Path(inside).relative_to(PACKAGE))

    def send_head(self) -> io.BytesIO | IO[bytes] | None:  # type: ignore[override]
        """HTML with the tag, other files as they are."""
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):
            path = path / "index.html"
        if path.suffix != ".html" or not path.is_file():
            return super().send_head()
        return self._send_page(path)

    def list_directory(self, path: object) -> None:
        """Folders are not listed."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged for each request."""

    def _send_page(self, path: Path) -> io.BytesIO:
        page = path.read_text().replace("</head>", f"{self.tag}\n</head>", 1).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Last-Modified", self.date_time_string(int(path.stat().st_mtime)))
        self.end_headers()
        return io.BytesIO(page)


def main(port: str, public_url: str, public_key: str) -> None:
    """Serve until the process is ended."""
    handler = partial(SiteHandler, tag=script_tag(public_url, public_key))
    server = ThreadingHTTPServer((HOST, int(port)), handler)
    sys.stdout.write(f"listening on {port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
