"""Secrets that are planted on a page, each unlike all others, and the search for them."""

import base64
import io
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

import numpy as np
from PIL import Image

from tests.e2e.places import Place

TYPED = {
    "#password": "canary-password-b7", "#toggled": "canary-toggled-c1", "#coded": "canary-coded-d2",
    "#named": "canary-named-e3", "#area": "canary-area-f4", "#editor": "canary-editor-a5",
    "#number": "5105105105105100",
}  # fmt: skip
SEEN = "canary-seen-by-all-99"
CARD, PHONE, IDENTITY = "4111 1111 1111 1111", "13800138017", "11010519491231002X"
IN_URL = {"access_token": "canary-token-6a", "who": "ann.url@canary.example"}


def noise(seed: int) -> bytes:
    """A picture whose bytes nothing else has."""
    pixels = np.random.default_rng(seed).integers(0, 255, (24, 24, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()


BLOCKED_PICTURE, SEEN_PICTURE = noise(1), noise(2)


def data_url(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


BODY = f"""<form><input id="password" type="password"><input id="toggled" type="password"><input id="coded"
  autocomplete="section-a cc-csc"><input id="named" autocomplete="name"><input id="number"><input id="free">
  <textarea id="area"></textarea><input type="hidden" value="canary-hidden-input"></form>
<div id="editor" contenteditable></div>
<p>Paid by {CARD}, call {PHONE[:3]}<b>{PHONE[3:7]}</b>{PHONE[7:]}</p><p>身份证 {IDENTITY}</p>
<p title="title@canary.example">text@canary.example</p><img alt="alt@canary.example" src="{data_url(SEEN_PICTURE)}">
<button aria-label="aria@canary.example">b</button><a href="mailto:link@canary.example">l</a>
<div class="private" title="canary-private-title" data-more="canary-private-data">canary-private-text
  <img alt="canary-private-alt"><i aria-label="canary-private-aria"></i></div>
<section id="blocked">canary-blocked-text <img alt="canary-blocked-alt" src="{data_url(BLOCKED_PICTURE)}"></section>
<meta name="csrf-token" content="canary-csrf"><!-- canary-comment --><script>const unseen = "canary-script";</script>"""
RULES = {
    "allow": ["#free", "#number"], "mask": [".private"], "block": ["#blocked"],
    "data": ["card", "phone", "identity", "email"],
}  # fmt: skip
SECRETS: list[str | bytes] = [
    *TYPED.values(), *IN_URL.values(), CARD, CARD.replace(" ", ""), PHONE, IDENTITY, "canary-hidden-input",
    *(f"{place}@canary.example" for place in ("title", "text", "alt", "aria", "link")),
    *(f"canary-private-{part}" for part in ("title", "data", "text", "alt", "aria")),
    "canary-blocked-text", "canary-blocked-alt", "canary-csrf", "canary-comment", "canary-script",
    BLOCKED_PICTURE[80:120],
]  # fmt: skip


def written(secret: str | bytes) -> set[bytes]:
    """Plain, in an address, in JSON, and in base64 at each of its three places."""
    if isinstance(secret, bytes):
        return {secret, *in_base64(secret)}
    plain = secret.encode()
    escaped = {quote(secret, safe="").encode(), quote_plus(secret).encode(), json.dumps(secret)[1:-1].encode()}
    return {plain, *escaped, *in_base64(plain)}


def in_base64(plain: bytes) -> set[bytes]:
    """Without the letters at the ends that what stands beside it decides."""
    padded = (base64.b64encode(b"\0" * lead + plain)[(lead * 8 + 5) // 6 :] for lead in range(3))
    return {text.rstrip(b"=")[:-1] for text in padded}


def found(secrets: Iterable[str | bytes], places: Iterable[Place]) -> list[str]:
    """Where which secret is."""
    wanted = [(secret, written(secret)) for secret in secrets]
    hits = {
        f"{secret!r} in {where}"
        for where, data in places
        for secret, forms in wanted
        if any(form in data for form in forms)
    }
    return sorted(hits)
