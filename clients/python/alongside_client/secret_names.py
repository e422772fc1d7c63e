"""What is secret wherever it stands, whatever a tenant's rules say."""

import re

SECRET_NAME = re.compile(
    r"card[-_ ]?(num|no|holder|exp|code|sec)|credit[-_ ]?card|cc[-_]?(num|no|exp|csc|cvc|cvv)|cvc|cvv|csc\b|iban"
    r"|pass(word|wd|phrase|code)|pwd|secret|\bpin\b|\botp\b",
    re.IGNORECASE | re.ASCII,
)
DIGITS = re.compile(r"[0-9](?:[ -]?[0-9]){11,18}")


def holds_card_number(text: str) -> bool:
    return any(passes_luhn(re.sub("[^0-9]", "", run)) for run in DIGITS.findall(text))


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1."""
    total = 0
    for at, letter in enumerate(reversed(digits)):
        doubled = int(letter) * 2 if at % 2 else int(letter)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
