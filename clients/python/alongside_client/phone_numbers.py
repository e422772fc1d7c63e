"""Phone numbers as people write them: E.164, Chinese mobiles and landlines, and the usual national forms."""

import re

Run = tuple[int, int]

INTERNATIONAL = r"\(?\+[1-9](?:[ .\-/()]{0,3}[0-9]){7,14}|00[1-9](?:[ .\-/()]{0,3}[0-9]){9,14}"
CHINESE_MOBILE = (
    r"(?:86[ -]?)?1[3-9][0-9](?:[0-9]{8}|(?P<mobile>[ .-])[0-9]{4}(?P=mobile)[0-9]{4}"
    r"|[ -][0-9]{3}[ -][0-9]{5}|[0-9][ -][0-9]{4}[ -][0-9]{3})"
)
SERVICE = r"[48]00(?:[0-9]{7}|[ -][0-9]{3}[ -]?[0-9]{4}|[ -][0-9]{4}[ -]?[0-9]{3}|[ -][0-9]{7})"
# Area code and number, of which the first begins with the trunk digit.
NATIONAL = "|".join(
    [
        r"0[1-9][0-9]{8,10}",
        r"0[1-9][0-9]{1,3} ?[-/ ] ?[0-9]{6,8}",
        r"0[1-9][0-9]{1,3}[ ./-][0-9]{3,4}[ .-][0-9]{3,4}",
        r"0[1-9](?P<pairs>[ .-])[0-9][0-9](?:(?P=pairs)[0-9][0-9]){3}",
        r"0[1-9][ -](?!19|20)[0-9]{4}[ -]?[0-9]{4}",
    ]
)
NORTH_AMERICAN = r"(?:1[ .-])?[2-9][0-9]{2}(?P<american>[ .-])[2-9][0-9]{2}(?P=american)[0-9]{4}"
# A year in brackets is none.
BRACKETED = r"\((?!(?:19|20)[0-9]{2}\))[0-9]{2,5}\)[ -]?[0-9]{3,8}(?:[ .-]?[0-9]{2,4}){0,3}"
EXTENSION = r"(?: ?(?:-|转|ext\.?|x) ?[0-9]{1,5})?"
# Where the number goes on it was no phone number.
END = r"(?![A-Za-z0-9_]|[.,:/-][0-9])"
PHONE = re.compile(
    f"(?:{'|'.join([INTERNATIONAL, CHINESE_MOBILE, SERVICE, NATIONAL, NORTH_AMERICAN, BRACKETED])})"
    f"(?:{EXTENSION}{END}|{END})"
)
COORDINATE = re.compile(r"\+[0-9]+\.[0-9]+")
ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
WORD = re.compile("[A-Za-z0-9_]")
BRACKETED_DIGITS = range(9, 13)


def phone_at(text: str, start: int) -> Run | None:
    """The phone number whose digits begin here."""
    begin = start - _lead_length(text, start)
    if is_inside(text, begin):
        return None
    found = PHONE.match(text, begin)
    return found.span() if found and _is_phone(found[0]) else None


def _lead_length(text: str, start: int) -> int:
    """`+`, `(` or `(+` in front."""
    if text[start - 1 : start] == "+":
        return 2 if text[start - 2 : start - 1] == "(" else 1
    return 1 if text[start - 1 : start] == "(" else 0


def is_inside(text: str, begin: int) -> bool:
    """Part of a word or of a longer number."""
    last = text[begin - 1] if begin > 0 else " "
    before = text[begin - 2] if begin > 1 else ""
    return bool(WORD.match(last)) or (last in ".,:/-" and "0" <= before <= "9")


def _is_phone(found: str) -> bool:
    if COORDINATE.fullmatch(found) or ADDRESS.fullmatch(found):
        return False
    digits = sum("0" <= letter <= "9" for letter in found)
    return found[0] != "(" or found[1] == "+" or digits in BRACKETED_DIGITS
