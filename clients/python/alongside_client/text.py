"""Texts as the browser's side has them: what counts as white space, as one character, and as a text at all."""

import math
import re
from typing import Any

# What `\s` is in a browser; Python's has other control characters in it.
SPACE = "\t\n\x0b\x0c\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
NOT_SPACE = re.compile(f"[^{SPACE}]")
LARGEST_NUMBER = 1e15
TEXT_MAX = 10_000
BULLET = "•"


def bullets(text: str) -> str:
    """The same length without the content; white space stays, so that lines break in the same places."""
    return NOT_SPACE.sub(BULLET, text)


def units(text: str) -> int:
    """The length of a text in UTF-16, as the browser counts it."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def clipped(text: str, *, most: int) -> str:
    """At most `most` UTF-16 units; half of a surrogate pair, which nothing can encode, becomes U+FFFD."""
    if text.isascii():
        return text[:most]
    return text.encode("utf-16-le", "surrogatepass")[: 2 * most].decode("utf-16-le", "replace")


def text_of(value: Any) -> str:
    """A text as it may be sent; numbers with two places at most, nothing for what is neither."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return rounded(value) if abs(value) < LARGEST_NUMBER else ""
    return clipped(value, most=TEXT_MAX) if isinstance(value, str) else ""


def rounded(value: float) -> str:
    """With two places at most, halves up."""
    near = math.floor(value * 100 + 0.5) / 100
    return str(int(near)) if near == int(near) else repr(near)
