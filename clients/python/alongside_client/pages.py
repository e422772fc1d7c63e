"""The pages that the other side knows: a return to one that is as it was needs no second snapshot."""

from dataclasses import dataclass, field

from alongside_client.wire import TAB_SHIFT

PAGES_MAX = 64
POINTS_MAX = 8


@dataclass
class KnownPage:
    """`number` is tab << 16 | counter; `points` are states that can be named: digest of the tree → seq."""

    number: int
    page_id: str
    points: dict[str, int] = field(default_factory=dict)
    # Images, by SHA-256, of which the other side knows that the store has them.
    announced: set[str] = field(default_factory=set)

    def point(self, digest: str, seq: int) -> None:
        """The page was so after this frame; of many states the first and the newest ones are kept."""
        self.points.pop(digest, None)
        self.points[digest] = seq
        if len(self.points) > POINTS_MAX:
            del self.points[list(self.points)[1]]


class Pages:
    def __init__(self, tab: int) -> None:
        self._tab = tab
        self._count = 0
        self._known: list[KnownPage] = []

    def create(self, page_id: str) -> KnownPage:
        self._count += 1
        page = KnownPage(self._tab << TAB_SHIFT | self._count, page_id)
        self._known = [*self._known[-PAGES_MAX + 1 :], page]
        return page

    def find(self, page_id: str, digest: str) -> KnownPage | None:
        """The page that is known under this id in just this state."""
        found = (page for page in reversed(self._known) if page.page_id == page_id and digest in page.points)
        return next(found, None)

    def close(self, page_id: str) -> list[KnownPage]:
        """Forget all pages of this id; they are returned."""
        closed = [page for page in self._known if page.page_id == page_id]
        self._known = [page for page in self._known if page.page_id != page_id]
        return closed
