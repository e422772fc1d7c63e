"""A tenant's web application: a few pages with the script tag, under the policy that a test chooses."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

NONCE = "bm9uY2UtZm9yLXRlc3Rz"
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>
<body><h1>{title}</h1><a id="next" href="/two">Two</a> <a id="home" href="/one">One</a><button id="own">Own</button>
{body}
<script async {nonce} src="{base_url}/assist/loader.js" data-desk="{public_key}" {attributes}></script>
</body></html>"""


class Site:
    """`origin` allows the tenant's patterns; `policy` is the Content-Security-Policy header of every page (or what
    `policy_header` names), `head` and `body` more of its content; `files` are a content type and bytes by path."""

    def __init__(self, *, base_url: str) -> None:
        self.base_url = base_url
        self.public_key = ""
        self.policy = ""
        self.policy_header = "Content-Security-Policy"
        self.attributes = ""
        self.head = ""
        self.body = ""
        self.files: dict[str, tuple[str, bytes]] = {}
        self.language = "en"
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def page(self, path: str) -> bytes:
        nonce = f'nonce="{NONCE}"' if "nonce-" in self.policy else ""
        values = {"base_url": self.base_url, "public_key": self.public_key, "nonce": nonce}
        title = path.strip("/").title() or "Home"
        values |= {"attributes": self.attributes, "language": self.language, "title": title}
        values |= {"head": self.head, "body": self.body}
        return PAGE.format(**values).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                kind, content = site.files.get(path) or ("text/html; charset=utf-8", site.page(path))
                self.send_response(200)
                self.send_header("Content-Type", kind)
                if site.policy:
                    self.send_header(site.policy_header, site.policy)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                """Quiet."""

        return Handler
