"""What a converter holds of the pages of a session, within bounds for all of them together.

A session of hours has thousands of pages, and its visitor says how large each one is. So the pages of which nothing was
heard for longest lose what they are, and go on from their next snapshot.
"""

from collections import OrderedDict
from collections.abc import Iterator

from assist.channel.protocol import TAB_SHIFT
from recordings.archive.export.pages import Page, States
from recordings.archive.export.said import Said

# Characters, with so many more for each node and each entry: about the bytes that they take. Beyond it so much goes
# that the next time is far: to measure all of it takes a second.
HELD_CHARACTERS = 192 * 1024 * 1024
LEFT_CHARACTERS = HELD_CHARACTERS * 3 // 4
NODE_CHARACTERS = 640
ENTRY_CHARACTERS = 128
# Also those of which nothing but the address is known.
MOST_PAGES = 2000


class HeldPages:
    """By number, each with what its stream has said; the one heard of last at the end."""

    def __init__(self) -> None:
        self.states = States()
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._streams: dict[int, Said] = {}
        # Estimates, too high at most: measured once, and what was said since.
        self._sizes: dict[int, int] = {}
        self._size = 0

    def __getitem__(self, number: int) -> Page:
        return self._pages[number]

    def get(self, number: int) -> Page | None:
        return self._pages.get(number)

    def heard(self, number: int) -> Page:
        """The page, which may be new."""
        page = self._pages.setdefault(number, Page(number))
        self._pages.move_to_end(number)
        return page

    def stream(self, number: int) -> Said:
        return self._streams.setdefault(number, Said())

    def begin_stream(self, number: int) -> None:
        self._streams.pop(number, None)

    def close(self, page: Page) -> None:
        self.empty(page)
        self.states.forget(page)
        self._pages.pop(page.number, None)

    def empty(self, page: Page) -> None:
        """It has no tree until its next snapshot; the states that it may come back to stay."""
        page.empty()
        self._streams.pop(page.number, None)
        self._size -= self._sizes.pop(page.number, 0)

    def lose(self, tab: int) -> None:
        """Nobody knows what the tab's pages are now."""
        for page in self._pages.values():
            if page.number >> TAB_SHIFT == tab:
                self.empty(page)

    def count(self, page: Page, characters: int) -> None:
        """So much was said of it."""
        self._sizes[page.number] = self._sizes.get(page.number, 0) + characters
        self._size += characters

    def measure(self, page: Page) -> int:
        size = _size_of(page) + _size_said(self._streams.get(page.number))
        self._size += size - self._sizes.get(page.number, 0)
        self._sizes[page.number] = size
        return size

    def shed(self, *, shown: int) -> Iterator[Page]:
        """Pages that had to be emptied, or are not known any more: the last is the one that is `shown`."""
        while len(self._pages) > MOST_PAGES:
            page = next(self._oldest(shown))
            had_something = page.tree or page.kept
            self.close(page)
            if had_something:
                yield page
        if self._size <= HELD_CHARACTERS:
            return
        for page in [*self._pages.values()]:
            self.measure(page)
        for page in [*self._oldest(shown)]:
            if self._size <= LEFT_CHARACTERS:
                return
            if page.tree:
                self.empty(page)
                yield page

    def _oldest(self, shown: int) -> Iterator[Page]:
        yield from (page for number, page in self._pages.items() if number != shown)
        yield from (page for number, page in self._pages.items() if number == shown)


def _size_of(page: Page) -> int:
    """What is known of nodes that are gone goes first."""
    page.tidy()
    entries = len(page.scroll) + len(page.values) + len(page.media) + len(page.canvas) + len(page.shown)
    size = entries * ENTRY_CHARACTERS + sum(len(text) for text, _checked in page.values.values())
    for node in page.tree.root.walk() if page.tree else ():
        size += NODE_CHARACTERS + len(node.tag) + len(node.text)
        size += sum(len(name) + len(str(value)) for name, value in node.attributes.items())
        size += len(str(node.extra)) if node.extra else 0
    return size


def _size_said(said: Said | None) -> int:
    return said.size(NODE_CHARACTERS) if said else 0
