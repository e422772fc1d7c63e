"""Identity numbers that say by a check character, or by what they can't be, that they are ones."""

import re

from alongside_client.phone_numbers import Run, is_inside

END = "(?![0-9A-Za-z])"
SEPARATED_18 = re.compile(f"[1-9](?:[ -]?[0-9]){{16}}[ -]?[0-9Xx]{END}")
CHINESE_15 = re.compile(f"[0-9]{{15}}{END}")
PLACE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}"
DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
CHINESE_18 = re.compile(f"[1-9][0-9]{{5}}(?:18|19|20)[0-9]{{2}}{DAY}[0-9]{{3}}[0-9X]")
CHINESE_OLD = re.compile(f"{PLACE}[0-9]{{2}}{DAY}[0-9]{{3}}")
# No such number has been given out with 000, 666 or a 9 in front, 00 or 0000.
SOCIAL_SECURITY = re.compile(r"(?!000|666|9)[0-9]{3}([ -])(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?![0-9A-Za-z]|[.,:/-][0-9])")
HONG_KONG = re.compile(r"[A-Z]{1,2}[0-9]{6}(?:\([0-9A]\)|[0-9A])(?![0-9A-Z])", re.IGNORECASE | re.ASCII)
TAIWAN = re.compile("[A-Z][1289][0-9]{8}(?![0-9A-Z])", re.IGNORECASE | re.ASCII)
LETTERS = re.compile("[A-Za-z]+")
WORD = re.compile("[A-Za-z0-9_]")
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
CHECKS = "10X98765432"
# Values of A to Z in a Taiwanese number.
PLACES = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
TAIWAN_WEIGHTS = [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]


def identity_at(text: str, start: int) -> Run | None:
    """The identity number whose digits begin here, with the letters in front of them."""
    return _by_digits(text, start) or _by_letters(text, start)


def _by_digits(text: str, start: int) -> Run | None:
    chinese = SEPARATED_18.match(text, start)
    if chinese and _is_chinese(chinese[0]):
        return chinese.span()
    old = CHINESE_15.match(text, start)
    if old and CHINESE_OLD.fullmatch(old[0]):
        return old.span()
    social = None if is_inside(text, start) else SOCIAL_SECURITY.match(text, start)
    return social.span() if social else None


def _by_letters(text: str, start: int) -> Run | None:
    for count in (1, 2):
        begin = start - count
        if begin < 0 or not LETTERS.fullmatch(text, begin, start):
            return None
        if begin and WORD.match(text[begin - 1]):
            continue
        hong_kong = HONG_KONG.match(text, begin)
        if hong_kong and _is_hong_kong(hong_kong[0]):
            return hong_kong.span()
        taiwan = TAIWAN.match(text, begin) if count == 1 else None
        if taiwan and _is_taiwan(taiwan[0]):
            return taiwan.span()
    return None


def _is_chinese(found: str) -> bool:
    """ISO 7064 MOD 11-2."""
    number = re.sub("[ -]", "", found).upper()
    if not CHINESE_18.fullmatch(number):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=False))
    return CHECKS[total % 11] == number[17]


def _is_hong_kong(found: str) -> bool:
    number = re.sub("[()]", "", found).upper().rjust(9)
    values = [36 if letter == " " else int(letter, 36) for letter in number]
    return sum(value * (9 - at) for at, value in enumerate(values)) % 11 == 0


def _is_taiwan(found: str) -> bool:
    place = PLACES.index(found[0].upper()) + 10
    values = [place // 10, place % 10, *map(int, found[1:])]
    return sum(value * weight for value, weight in zip(values, TAIWAN_WEIGHTS, strict=True)) % 10 == 0
