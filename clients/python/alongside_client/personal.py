"""Where in a text personal data stands: card numbers, phone numbers, identity numbers, e-mail addresses.

The same rules as web/capture/personal.ts; `tests/vectors/personal` holds both to them. Everything runs in linear time:
a pattern is bounded in length and tried only where a group of digits begins.
"""

import re
import unicodedata
from collections.abc import Callable, Collection

from alongside_client.identity_numbers import identity_at
from alongside_client.phone_numbers import Run, phone_at
from alongside_client.secret_names import holds_card_number, passes_luhn
from alongside_client.text import BULLET, NOT_SPACE, SPACE, units

DATA_TYPES = ("card", "phone", "identity", "email")

GROUP = re.compile("[0-9]+")
WORTH_A_LOOK = re.compile("[0-9０-９@＠]|%40")
INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
DASH = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]")
NOT_PLAIN = re.compile(rf"[^\x20-\x7e]|[{SPACE}]{{2}}")
SPACE_LETTER = re.compile(f"[{SPACE}]")
# Lengths of the groups of a card number, in base 36: as one run, by fours, 4-6-5, 6-13, 8-8 or digit by digit.
CARD_SHAPE = re.compile(r"(?:[c-j]|4{2,4}[1-6]|46[45]|6[6-d]|88|1{12,19})")
# What can still become one of them.
CARD_SHAPE_BEGINS = re.compile(r"(?:[c-j]|4{1,4}[1-6]?|46[45]?|6[6-d]?|88?|1{1,19})")
CARD_ISSUER = re.compile(r"[3-69]|2[2-7]|81|1[0-9]{14}\Z")
BASE_36 = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_DIGITS = 19
FEWEST_DIGITS = 12
AT = re.compile("@|%40")
BEFORE_AT = "._%+'!#$*^`{|}~-"
LABELS_MAX = 20
LABEL_MAX = 63
PUNYCODE = re.compile("xn--[a-z0-9-]{1,59}", re.IGNORECASE | re.ASCII)
LATIN = re.compile("[a-z]{2,63}", re.IGNORECASE | re.ASCII)
UNSPACED_NAMES = (
    "CJK ",
    "IDEOGRAPHIC ITERATION",
    "IDEOGRAPHIC NUMBER",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
    "HALFWIDTH HANGUL",
    "HALFWIDTH KATAKANA",
)
PICTURE_NAME = re.compile(r"[0-9]x\.[a-z]+", re.IGNORECASE | re.ASCII)


def find_personal(given: str, types: Collection[str]) -> list[Run]:
    """Parts of the text, as (start, end), that are of these types, in order, none within another."""
    if not types or not WORTH_A_LOOK.search(given):
        return []
    text, origin = _plain(given)
    runs = _emails(text) if "email" in types else []
    if set(types) - {"email"}:
        runs += _numbers(text, types)
    return [(origin(start), origin(end - 1) + 1) for start, end in merged(runs)]


def hidden(text: str, runs: list[Run]) -> str:
    """Each character of the runs but white space becomes a bullet; nothing else moves."""
    parts, begin = [], 0
    for start, end in runs:
        parts += [text[begin:start], NOT_SPACE.sub(lambda letter: BULLET * units(letter[0]), text[start:end])]
        begin = end
    return "".join([*parts, text[begin:]])


def holds_card(text: str) -> bool:
    """Also in full-width digits, and beside other numbers."""
    return holds_card_number(text) or bool(find_personal(text, {"card"}))


def merged(runs: list[Run]) -> list[Run]:
    """In order, and none within another."""
    found: list[Run] = []
    for start, end in sorted(runs, key=lambda run: run[0]):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _plain(given: str) -> tuple[str, Callable[[int], int]]:
    """Full-width forms become plain ones, white space one space, and what is not seen is left out.

    With it comes where each character stands in the text given.
    """
    if not NOT_PLAIN.search(given):
        return given, lambda at: at
    kept: list[str] = []
    origins: list[int] = []
    for at, letter in enumerate(given):
        plain = _plain_letter(letter)
        if plain and not (plain == " " and kept and kept[-1] == " "):
            kept.append(plain)
            origins.append(at)
    return "".join(kept), origins.__getitem__


def _plain_letter(letter: str) -> str:
    if " " < letter < "\x7f":
        return letter
    if "\uff01" <= letter <= "\uff5e":
        return chr(ord(letter) - 0xFEE0)
    if INVISIBLE.match(letter):
        return ""
    if DASH.match(letter):
        return "-"
    return " " if SPACE_LETTER.match(letter) else letter


def _numbers(text: str, types: Collection[str]) -> list[Run]:
    groups = [found.span() for found in GROUP.finditer(text)]
    runs: list[Run | None] = []
    for at, (start, _end) in enumerate(groups):
        runs += [
            _card_at(text, groups, at) if "card" in types else None,
            identity_at(text, start) if "identity" in types else None,
            phone_at(text, start) if "phone" in types else None,
        ]
    return [run for run in runs if run]


def _card_at(text: str, groups: list[Run], first: int) -> Run | None:
    """The longest card number that begins with this group."""
    start, end = groups[first]
    if start > 1 and text[start - 1] in ".," and "0" <= text[start - 2] <= "9":
        return None
    between = text[end : end + 1]
    digits, shape, best = "", "", None
    for at in range(first, len(groups)):
        begin, end = groups[at]
        if at > first and (begin != groups[at - 1][1] + 1 or text[begin - 1] != between or between not in " .-"):
            break
        if len(digits) >= MOST_DIGITS or end - begin > MOST_DIGITS:
            break
        digits += text[begin:end]
        shape += BASE_36[end - begin]
        if not CARD_SHAPE_BEGINS.fullmatch(shape):
            break
        if _is_card(digits, shape):
            best = (start, end)
    return best


def _is_card(digits: str, shape: str) -> bool:
    is_long = FEWEST_DIGITS <= len(digits) <= MOST_DIGITS
    return bool(is_long and CARD_SHAPE.fullmatch(shape) and CARD_ISSUER.match(digits) and passes_luhn(digits))


def _emails(text: str) -> list[Run]:
    runs: list[Run] = []
    free = 0
    for found in AT.finditer(text):
        start = _local_start(text, found.start(), free)
        free = found.end()
        end = _domain_end(text, free) if start < found.start() else free
        if end > free and not PICTURE_NAME.fullmatch(text, free, end):
            runs.append((start, end))
    return runs


def _local_start(text: str, at: int, free: int) -> int:
    """Of words in front that are not set apart by a space, as in 邮箱name@…, the last is the name."""
    start = at
    is_spaced = not _is_unspaced(text[at - 1 : at])
    while start > free and _may_stand_before(text[start - 1]) and not (is_spaced and _is_unspaced(text[start - 1])):
        start -= 1
    return start


def _may_stand_before(letter: str) -> bool:
    return letter in BEFORE_AT or _is_of(letter, "LNM")


def _is_of(letter: str, categories: str) -> bool:
    """Whether its Unicode category begins with one of these letters."""
    return unicodedata.category(letter)[0] in categories


def _is_unspaced(letter: str) -> bool:
    """Of a script that is written without spaces between words: Han, Hiragana, Katakana, Hangul."""
    name = unicodedata.name(letter, "") if letter > "\x7f" else ""
    return name.startswith(UNSPACED_NAMES)


def _domain_end(text: str, begin: int) -> int:
    """Where the domain that begins here ends, or `begin` when there is none.

    Dots separate the labels; the last one is no number, or `tool@1.2.3` were an address.
    """
    best, at = begin, begin
    for _ in range(LABELS_MAX):
        end = _label_end(text, at)
        if end == at or text[end : end + 1] not in (".", "。"):
            break
        at = end + 1
        best = _last_label_end(text, at) or best
    return best


def _label_end(text: str, at: int) -> int:
    end = at
    while end < len(text) and end - at < LABEL_MAX and (text[end] == "-" or _is_of(text[end], "LNM")):
        end += 1
    return end


def _last_label_end(text: str, at: int) -> int | None:
    for pattern in (PUNYCODE, LATIN):
        found = pattern.match(text, at)
        if found:
            return found.end()
    if at >= len(text) or text[at].isascii() or not _is_of(text[at], "L"):
        return None
    end = at + 1
    while end < len(text) and end - at < LABEL_MAX and _is_of(text[end], "LM"):
        end += 1
    return end if end - at > 1 else None
