"""Collect what people see from Python and templates into the Simplified Chinese catalogue, without GNU gettext.

`--check` changes nothing and fails when a text is missing, untranslated or marked as doubtful, or when the two
catalogues of the browser code differ in their keys.
"""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent
SOURCES = ("helpdesk", "assist", "recordings")
TEMPLATES = "templates"
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
BROWSER = [ROOT / "web" / "i18n" / name for name in ("en.json", "zh-Hans.json")]
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def main(arguments: list[str]) -> int:
    """0 if nothing is missing."""
    template = collect()
    if "--check" not in arguments:
        update(template)
        return 0
    problems = [*problems_of(template), *differences_of(BROWSER)]
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


def collect() -> Catalog:
    """Every text of the sources."""
    catalog = Catalog(project="Alongside", charset="utf-8")
    for path, content in texts():
        for line, message, comments, context in extract("python", io.BytesIO(content), keywords=KEYWORDS):
            place = [(str(path.relative_to(ROOT)), line)]
            catalog.add(message, locations=place, auto_comments=comments, context=context)
    return catalog


def texts() -> Iterator[tuple[Path, bytes]]:
    """Python source of each file; templates as the Python that Django makes of them for translators."""
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, path.read_bytes()
    for folder in (TEMPLATES, *SOURCES):
        for path in sorted((ROOT / folder).rglob("*.html")) + sorted((ROOT / folder).rglob("*.txt")):
            yield path, as_calls(path.read_text(), origin=str(path))


def as_calls(template: str, *, origin: str) -> bytes:
    """Only the translation calls of a template, one a line, so that it parses as Python."""
    lines = templatize(template, origin=origin).splitlines()
    return "\n".join(line.strip() for line in lines if "gettext(" in line or "_(" in line).encode()


def load() -> Catalog:
    """The catalogue as it is, empty if there is none."""
    if not CATALOGUE.exists():
        return Catalog(locale="zh_Hans", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def update(template: Catalog) -> None:
    """Add what is new, drop what is gone."""
    catalog = load()
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalog, width=120, omit_header=False, include_lineno=False, sort_output=True)


def problems_of(template: Catalog) -> Iterator[str]:
    """What is wrong with the catalogue."""
    catalog = load()
    for message in template:
        if not message.id:
            continue
        translated = catalog.get(message.id, message.context)
        if translated is None:
            yield f"not in the catalogue (run `make messages`): {message.id!r}"
        elif translated.fuzzy or not all(strings(translated.string)):
            yield f"not translated: {message.id!r}"


def strings(translation: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """All plural forms."""
    return (translation,) if isinstance(translation, str) else tuple(translation or ("",))


def differences_of(paths: list[Path]) -> Iterator[str]:
    """Keys that only one of the browser's catalogues has, and empty texts."""
    catalogues = {path: json.loads(path.read_text()) for path in paths if path.exists()}
    every_key = set().union(*catalogues.values())
    for path, catalogue in catalogues.items():
        for key in sorted(every_key):
            if not catalogue.get(key):
                yield f"{path.relative_to(ROOT)} has no text for {key!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
