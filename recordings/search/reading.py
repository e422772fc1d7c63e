"""What was shown and typed in a session, read from its archive: each text with the time at which it was there first."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assist.channel.protocol import TAB_SHIFT
from recordings.search.shelves import Shelves
from recordings.search.tokens import address_tokens, tokens
from recordings.search.trees import texts_of

CHARACTERS_MAX = 256 * 1024
TOKENS_MAX = 20_000
MOMENT_CHARACTERS = 300
STORED_MAX = 100
# Fields that are typed in at once; of more that is taken as whole which was typed in first.
FIELDS_MAX = 1000
ADDRESS_MAX = 4096


@dataclass
class Reader:
    """Takes the events of a session in order. `load` gives the nodes of a subtree that the tenant's store has.

    Stops taking more once `is_full`; what it holds meanwhile (`typed`, `shelves`) is bounded as well.
    """

    load: Callable[[str], Any]
    moments: list[list[Any]] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    characters: int = 0
    shelves: Shelves = field(default_factory=Shelves)
    typed: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)
    typing: int = 0
    loaded: int = 0

    @property
    def is_full(self) -> bool:
        return self.characters + self.typing >= CHARACTERS_MAX or len(self.words) >= TOKENS_MAX

    def read(self, event: dict[str, Any]) -> None:
        at_ms, page, data = event["at_ms"], event["page_id"], event["data"]
        match event["name"], data:
            case "page_enter" | "history", {"url": str(url), "title": str(title)}:
                self._show(at_ms, [title, url])
                self.words.update(address_tokens(url[:ADDRESS_MAX]))
            case "shelf", [_edition, int(first), list(nodes), *_rest]:
                self.shelves.put(page >> TAB_SHIFT, first, nodes)
            case "snapshot", [tree, dict(volatile), *_rest]:
                self._show(at_ms, self._resolved(tree, page >> TAB_SHIFT))
                self._show(at_ms, _values(volatile))
            case "mutation", [dict(changes), *_rest]:
                self._show(at_ms, _changed(changes))
            case "input", [int(node), str(text), *_rest]:
                self._type(at_ms, (page, node), text)

    def end(self) -> None:
        for typed_in in [*self.typed]:
            self._finish(typed_in)
        self.moments.sort(key=lambda moment: moment[0])

    def _type(self, at_ms: int, field: tuple[int, int], text: str) -> None:
        """Of what is typed letter by letter the whole; what is put in its place is another text."""
        before = self.typed.get(field, (0, ""))[1]
        if not text.startswith(before):
            self._finish(field)
            before = ""
        text = text[: max(0, CHARACTERS_MAX - self.characters - self.typing + len(before))]
        self.typing += len(text) - len(before)
        self.typed[field] = (at_ms, text)
        if len(self.typed) > FIELDS_MAX:
            self._finish(next(iter(self.typed)))

    def _finish(self, field: tuple[int, int]) -> None:
        at_ms, text = self.typed.pop(field)
        self.typing -= len(text)
        self._show(at_ms, [text])

    def _resolved(self, tree: Any, tab: int) -> Iterator[str]:
        """Each subtree once, the first time that it is referred to: what was read is taken from the shelf."""
        sources = [texts_of(tree)]
        while sources:
            text = next(sources[-1], None)
            if text is None:
                sources.pop()
            elif isinstance(text, str):
                yield text
            elif (found := self.shelves.take(tab, text)) is not None:
                sources.append(self._subtree(found))

    def _subtree(self, found: list[str | int] | bytes) -> Iterator[str | int]:
        if isinstance(found, list):
            return iter(found)
        self.loaded += 1
        return texts_of(self.load(found.decode()) if self.loaded <= STORED_MAX else [])

    def _show(self, at_ms: int, texts: Iterable[str]) -> None:
        """What is new of it, in moments of bounded length."""
        new: list[str] = []
        for text in texts:
            if self.is_full:
                break
            text = _kept(text[:CHARACTERS_MAX])[: CHARACTERS_MAX - self.characters - self.typing]
            if not text or text in self.seen:
                continue
            self.seen.add(text)
            self.characters += len(text)
            self.words.update(tokens(text))
            new.append(text)
        self.moments += ([at_ms, part] for part in _parts(new))


def _kept(text: str) -> str:
    """One line, without what the database can't hold: zeros, and half of a surrogate pair."""
    return " ".join(text.replace("\x00", " ").encode(errors="replace").decode().split())


def _parts(texts: list[str]) -> Iterator[str]:
    part = ""
    for text in texts:
        if part and len(part) + len(text) >= MOMENT_CHARACTERS:
            yield part
            part = ""
        part = f"{part} {text}" if part else text
    if part:
        yield part


def _values(volatile: dict[str, Any]) -> Iterator[str]:
    for entry in _entries(volatile, "values"):
        yield from (text for text in entry[1:2] if isinstance(text, str))


def _changed(changes: dict[str, Any]) -> Iterator[str]:
    for entry in _entries(changes, "a"):
        added = [node for node in entry[2:] if isinstance(node, list | str)]
        yield from (text for node in added for text in texts_of(node) if isinstance(text, str))
    for entry in _entries(changes, "t"):
        yield from (text for text in entry[-1:] if isinstance(text, str))


def _entries(holder: dict[str, Any], name: str) -> list[list[Any]]:
    entries = holder.get(name)
    return [entry for entry in entries if isinstance(entry, list)] if isinstance(entries, list) else []
