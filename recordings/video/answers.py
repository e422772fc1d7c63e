"""What the stage's page gets when it asks for something: the stage, and what the session may see; nothing else."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path

from recordings.video.cdp import Browser, Parameters, response_of

HERE = Path(__file__).parent
ORIGIN = "https://stage.alongside.invalid"
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline' data: blob:; "
    "img-src 'self' data: blob:; font-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self'; "
    "frame-src 'none'; object-src 'none'; form-action 'none'; base-uri 'none'; worker-src 'none'"
)
FindAsset = Callable[[str], tuple[str, bytes] | None]


class Answers:
    """Fulfils each request of the browser from what the worker has, or fails it: nothing leaves the machine."""

    def __init__(self, browser: Browser, *, script: bytes, find_asset: FindAsset) -> None:
        self.refused: list[str] = []
        self._browser = browser
        self._script = script
        self._find_asset = find_asset
        self._nonce = secrets.token_urlsafe(16)
        self._asked_at = 0.0
        browser.handlers["Fetch.requestPaused"] = self._answer

    def quiet_seconds(self) -> float:
        """Since something was asked for."""
        return time.monotonic() - self._asked_at

    def _answer(self, event: Parameters, session: str | None) -> None:
        self._asked_at = time.monotonic()
        request, url = event["requestId"], event["request"]["url"]
        found = self._content(url.removeprefix(ORIGIN)) if url.startswith(ORIGIN + "/") else None
        if found is None:
            self.refused.append(url[:500])
            parameters = {"requestId": request, "errorReason": "BlockedByClient"}
            self._browser.post("Fetch.failRequest", parameters, session=session)
            return
        self._browser.post("Fetch.fulfillRequest", {"requestId": request, **response_of(*found)}, session=session)

    def _content(self, path: str) -> tuple[dict[str, str], bytes] | None:
        if path == "/":
            page = (HERE / "stage.html").read_text().replace("{nonce}", self._nonce).encode()
            policy = POLICY.format(nonce=self._nonce)
            return {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}, page
        if path == "/stage.js":
            return {"Content-Type": "text/javascript; charset=utf-8"}, self._script
        asset = self._find_asset(path.removeprefix("/assets/")) if path.startswith("/assets/") else None
        return ({"Content-Type": asset[0], "Access-Control-Allow-Origin": "*"}, asset[1]) if asset else None
