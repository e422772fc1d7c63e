"""Serves what the browser tests need on ports of its own: the visitor's site, and the stage with its assets."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "web" / "dist"
SB_ADMIN = ROOT / "node_modules" / "startbootstrap-sb-admin-2"
PAGES = Path(__file__).parent / "pages"
STAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline' blob:; img-src 'self' data: blob:; "
    "font-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self'; frame-src 'none'; "
    "object-src 'none'; form-action 'none'; base-uri 'none'"
)
# What the frame of the rebuilt page may do.
SANDBOX = "allow-same-origin"

AssetStore = dict[str, tuple[str, bytes]]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Requests are not printed."""


class Site(Quiet):
    """Files of a folder, as a site that lets the browser use its cache and go back without a reload."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=60")
        super().end_headers()


class Stage(Quiet):
    """`/` a page that holds the stage, `/stage/` the stage, `/stage/assets/HASH` what was uploaded."""

    def __init__(
        self, *args: object, store: AssetStore, asked: list[str], policy: str, sandbox: str, **kwargs: object
    ) -> None:
        self.store = store
        self.asked = asked
        self.policy = policy
        self.sandbox = sandbox
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name = self.path.rsplit("/", 1)[-1]
        match self.path:
            case "/":
                self.answer("text/html", (PAGES / "console.html").read_bytes())
            case "/stage/":
                self.answer("text/html", b"<!doctype html><meta charset=utf-8><body><script src=stage.js></script>")
            case "/stage/stage.js":
                script = (DIST / "stage.js").read_text()
                assert script.count(f'"{SANDBOX}"') == 1
                self.answer("text/javascript", script.replace(f'"{SANDBOX}"', f'"{self.sandbox}"').encode())
            case _ if name in self.store:
                self.answer(*self.store[name])
            case _:
                self.send_error(404)

    def answer(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/stage/" and self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(handler: object) -> Iterator[str]:
    """The origin of a server that runs meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def site(folder: Path) -> partial[Site]:
    return partial(Site, directory=str(folder))


def stage(store: AssetStore, asked: list[str], *, policy: str = STAGE_POLICY, sandbox: str = SANDBOX) -> partial[Stage]:
    """The stage as it is; or, to show what each of them is for, under another policy or with another sandbox."""
    return partial(Stage, store=store, asked=asked, policy=policy, sandbox=sandbox)


def host_script(*, masking: object, mappings: object, tab: int, origins: tuple[str, ...] = ()) -> str:
    """What the loader does, without a server: hands frames and assets to the test."""
    given = json.dumps({"masking": masking, "mappings": mappings, "tab": tab, "origins": origins})
    framed, native, capture = ((DIST / f"{name}.js").read_text() for name in ("framed", "native", "capture"))
    scripts = f"if (window.top !== window) {{ {framed} }} else {{ {native} {capture} }}"
    return (PAGES / "host.js").read_text().replace("__GIVEN__", given) + scripts
