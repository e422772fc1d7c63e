"""Words as they are kept and looked for, in any script, without dictionaries.

Scripts that put no spaces between words are cut into pairs of characters: who looks for three of them looks for two
pairs. The same cut is made of what is kept and of what is looked for.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

TOKEN_MAX = 60
QUERY_TOKENS_MAX = 20
WORD = re.compile(r"[^\W_]+")
# Chinese, Japanese, Korean; Thai, Lao, Burmese, Khmer.
UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
ADDRESS = "u:"


def folded(text: str) -> str:
    """One form for what reads the same: width, case, compatibility forms."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(text: str) -> Iterator[str]:
    for word in WORD.findall(folded(text)):
        for at, part in enumerate(UNSPACED.split(word)):
            if at % 2:
                yield from map("".join, pairwise(part))
                yield part[-1]
            elif part:
                yield part[:TOKEN_MAX]


def address_tokens(url: str) -> Iterator[str]:
    for token in tokens(url):
        yield ADDRESS + token


def query(words: str, *, address: str = "") -> str:
    """A tsquery that all tokens of both fit, each as the beginning of one; empty when there is nothing to look for.

    A single letter or digit has to be a word of its own: most words of a language begin with one of few letters.
    """
    wanted = [("", token) for token in _wanted(words)] + [(ADDRESS, token) for token in _wanted(address)]
    parts = (f"'{field}{token}'{':*' if _is_beginning(token) else ''}" for field, token in wanted[:QUERY_TOKENS_MAX])
    return " & ".join(dict.fromkeys(parts))


def _is_beginning(token: str) -> bool:
    """Of scripts without spaces also a single character."""
    return len(token) > 1 or bool(UNSPACED.match(token))


def _wanted(text: str) -> Iterator[str]:
    """Of several characters without spaces the pairs only; the last one alone would find nothing more."""
    for word in WORD.findall(folded(text)):
        for at, part in enumerate(UNSPACED.split(word)):
            if at % 2 and len(part) > 1:
                yield from map("".join, pairwise(part))
            elif part:
                yield part[:TOKEN_MAX]


def best_moment(moments: Iterable[tuple[int, str]], *, words: str) -> tuple[int, str] | None:
    """The first of those that have the most of the words; None where none has any."""
    wanted = set(_wanted(words))
    best, most = None, 0
    for at_ms, text in moments:
        fits = _fits(text, wanted, above=most)
        if fits > most:
            best, most = (at_ms, text), fits
        if fits == len(wanted):
            break
    return best


def moments_with(moments: Iterable[tuple[int, str]], *, words: str) -> Iterator[tuple[int, str]]:
    """Those that have all of the words; none where there are no words."""
    wanted = set(_wanted(words))
    for at_ms, text in moments:
        if wanted and _fits(text, wanted, above=len(wanted) - 1):
            yield at_ms, text


def _fits(text: str, wanted: set[str], *, above: int) -> int:
    """How many of the words the text has; 0 where these are no more than `above`."""
    plain = folded(text)  # to look for characters in it is a tenth of the work
    if sum(word in plain for word in wanted) <= above:
        return 0
    have = set(tokens(text))
    count = sum(word in have or (_is_beginning(word) and _begins(have, word)) for word in wanted)
    return count if count > above else 0


def _begins(have: Iterable[str], word: str) -> bool:
    return any(token.startswith(word) for token in have)
