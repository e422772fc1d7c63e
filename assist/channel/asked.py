"""What is asked of a visitor again and again is asked once in a while."""

MOST = 100


class Asked:
    """Of each page once in `seconds`, and of MOST pages, however many a visitor names."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._at: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._at)

    def is_due(self, page: int, *, now: float) -> bool:
        """And counts as asked then; `now` in s."""
        if now - self._at.get(page, -self._seconds) < self._seconds:
            return False
        if len(self._at) >= MOST:
            self._at = {page: at for page, at in self._at.items() if now - at < self._seconds}
            if len(self._at) >= MOST:
                return False
        self._at[page] = now
        return True
