"""Starts the headless shell with what makes its pictures the same each time and keeps it off every network."""

import logging
import os
import time

from recordings.video.cdp import Browser, BrowserFailed

logger = logging.getLogger(__name__)

_kept: list[tuple[tuple[str, float], Browser]] = []

START_SECONDS = 30
FLAGS = (
    "--headless",
    "--deterministic-mode",
    "--enable-begin-frame-control",
    "--disable-new-content-rendering-timeout",
    "--run-all-compositor-stages-before-draw",
    "--disable-threaded-animation",
    "--disable-threaded-scrolling",
    "--disable-checker-imaging",
    "--disable-image-animation-resync",
    "--enable-surface-synchronization",
    "--disable-gpu",
    # A frame is drawn whole for its picture: from few tiles a tenth faster than from many.
    "--default-tile-width=1280",
    "--default-tile-height=720",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-first-run",
    "--no-pings",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--js-flags=--max-old-space-size=1024",
)


def open_browser(path: str, *, scale: float = 1.0, environment: dict[str, str] | None = None) -> Browser:
    """A headless shell in its sandbox where that works; as root, and where the machine forbids it, without.

    `scale` is the number of picture pixels for a CSS pixel; emulation would change the layout only, not the pictures.
    """
    flags = (*FLAGS, f"--force-device-scale-factor={scale}")
    if os.geteuid() != 0:
        try:
            return _started(Browser(path, flags=flags, environment=environment))
        except BrowserFailed as failure:
            logger.warning("The browser's sandbox does not work here, going on without: %s", failure)
    return _started(Browser(path, flags=(*flags, "--no-sandbox"), environment=environment))


def borrow_browser(path: str, *, scale: float) -> Browser | None:
    """The one that was kept in this process, as `open_browser` would give it."""
    while _kept:
        kept_as, browser = _kept.pop()
        if kept_as == (path, scale):
            return browser
        browser.close()
    return None


def keep_browser(browser: Browser, path: str, *, scale: float) -> None:
    """For the next one who borrows: to start one takes longer than a short video."""
    _kept.append(((path, scale), browser))


def _started(browser: Browser) -> Browser:
    browser.deadline = time.monotonic() + START_SECONDS
    try:
        browser.call("Browser.getVersion")
    except BaseException:
        browser.close()
        raise
    browser.deadline = float("inf")
    return browser
