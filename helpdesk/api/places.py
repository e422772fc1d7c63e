"""Where in a JSON text a value stands, so that an error can name the line and the column that was sent."""

import json
import re
from collections.abc import Collection

Path = tuple[str | int, ...]
Place = dict[str, int]
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def place_at(text: str, offset: int) -> Place:
    """`{line, column}`, both counted from 1, the column in characters."""
    return {"line": text.count("\n", 0, offset) + 1, "column": offset - text.rfind("\n", 0, offset)}


def places(text: str, *, values: Collection[Path] = (), keys: Collection[Path] = ()) -> dict[Path, Place]:
    """Where these values begin, and the names of these members; the text is valid JSON. Missing ones are left out."""
    found: dict[Path, Place] = {}
    # The member or element of each container that is being read; a name that comes next is None.
    path: list[str | int | None] = []
    for token in TOKEN.finditer(text):
        word, here = token[0], _known(path)
        if word in "]}":
            path.pop()
        elif word == ",":
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
        elif word == ":":
            continue
        elif path and path[-1] is None:
            path[-1] = json.loads(word)
            if _known(path) in keys:
                found[_known(path)] = place_at(text, token.start())
        else:
            if here in values:
                found[here] = place_at(text, token.start())
            if word in "[{":
                path.append(0 if word == "[" else None)
    return found


def _known(path: list[str | int | None]) -> Path:
    return tuple(step for step in path if step is not None)
