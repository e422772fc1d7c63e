"""The site of the feature pages: they, their parts, fonts, pictures made to order, and another origin."""

import io
import re
from functools import cache, partial
from pathlib import Path

from PIL import Image, ImageDraw

from tests.capture import sites
from tests.fidelity import film
from tests.fidelity.features import PAGES

FONTS = {
    "arimo.ttf": sites.ROOT / "node_modules/@expo-google-fonts/arimo/700Bold/Arimo_700Bold.ttf",
    "tinos.ttf": sites.ROOT / "node_modules/@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf",
    "icons.woff2": sites.SB_ADMIN / "vendor/fontawesome-free/webfonts/fa-solid-900.woff2",
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".bmp": "image/bmp",
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".webm": "video/webm",
}
PICTURE = re.compile(r"/picture/(\w+)/(\d+)x(\d+)\.(png|webp|gif|jpg|bmp|avif|ico)", re.IGNORECASE)


class Site(sites.Quiet):
    """`/picture/COLOUR/WxH.FORMAT` is a picture of that size; what is asked of `other` has no CORS headers either."""

    other = ""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        body = content(path)
        if body is None:
            self.send_error(404)
            return
        suffix = Path(path).suffix.lower()
        if suffix in (".html", ".xhtml"):
            body = body.replace(b"__OTHER__", self.other.encode())
        self.send_response(200)
        self.send_header("Content-Type", "text/css; charset=gbk" if path.endswith("gbk.css") else TYPES[suffix])
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)


def content(path: str) -> bytes | None:
    if found := PICTURE.fullmatch(path):
        return picture(found[1], int(found[2]), int(found[3]), found[4].lower())
    name = path.rpartition("/")[2]
    if name == "film.webm":
        return film.made()
    file = FONTS.get(name, PAGES / path.lstrip("/"))
    if not file.resolve().is_relative_to(sites.ROOT) or not file.is_file():
        return None
    text = file.read_bytes()
    return text.decode().encode("gbk") if name == "gbk.css" else text


@cache
def picture(colour: str, width: int, height: int, suffix: str = "png") -> bytes:
    """A picture of that colour with its size written on it, and a line that no scaling leaves as it was."""
    image = Image.new("RGB", (width, height), colour)
    draw = ImageDraw.Draw(image)
    draw.line([(0, 0), (width, height)], "white", 1)
    draw.text((4, 4), f"{width}x{height}", "white")
    out = io.BytesIO()
    image.save(out, Image.registered_extensions()[f".{suffix}"])
    return out.getvalue()


def site(other: str = "") -> partial[Site]:
    return partial(type("Site", (Site,), {"other": other}), directory=str(PAGES))
