"""Who is called by `@` in a note: by the whole e-mail address, by what stands before its `@`, or by the name without
spaces. What two people could be called calls neither."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from helpdesk.accounts.models import User

CALL = re.compile(r"(?<![\w@])@([\w.+\-]+(?:@[\w\-]+(?:\.[\w\-]+)+)?)")
MENTIONS_MAX = 20


def mentioned(body: str, *, people: Iterable[User]) -> list[User]:
    """In the order of the text, each once, at most `MENTIONS_MAX`."""
    handles = _handles(people)
    called = (_called(text.casefold(), handles) for text in CALL.findall(body))
    return list({person.pk: person for person in called if person}.values())[:MENTIONS_MAX]


def suggestions(people: Iterable[User]) -> list[dict[str, str]]:
    """`{name, handle}` of each: by their name where that calls nobody else, else by their address."""
    everybody = list(people)
    handles = _handles(everybody)
    return [{"name": str(person), "handle": _best(person, handles)} for person in everybody]


def _best(person: User, handles: dict[str, User]) -> str:
    joined = "".join(person.name.split())
    return joined if CALL.fullmatch(f"@{joined}") and handles.get(joined.casefold()) == person else person.email


def _handles(people: Iterable[User]) -> dict[str, User]:
    pairs = [(handle, person) for person in people for handle in set(_handles_of(person))]
    counts = Counter(handle for handle, _person in pairs)
    return {handle: person for handle, person in pairs if counts[handle] == 1}


def _handles_of(person: User) -> Iterator[str]:
    yield person.email.casefold()
    yield person.email.partition("@")[0].casefold()
    if person.name:
        yield "".join(person.name.split()).casefold()


def _called(text: str, handles: dict[str, User]) -> User | None:
    """A sentence may end after the name; where no spaces are written it may just go on."""
    text = text.rstrip(".-+")
    if text in handles:
        return handles[text]
    begun = [handle for handle in handles if not handle.isascii() and text.startswith(handle)]
    return handles[max(begun, key=len)] if begun else None
