"""The invite link: an address of the application with `alongside=TOKEN` in its fragment."""

import re
from urllib.parse import urlsplit

PART = re.compile(r"(?:^|&)alongside=([A-Za-z0-9_-]+)")


def token_of(url: str) -> str:
    """The token of a link, or what was given where it is a bare token."""
    found = PART.search(urlsplit(url.strip()).fragment)
    return found[1] if found else url.strip()
