"""What is asked of a visitor again and again is asked once in a while."""

FEW = 100


class Asked:
    """Of each page once in `seconds`. What is longer ago is forgotten, however many pages a visitor names."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._at: dict[int, float] = {}
        self._most = FEW

    def __len__(self) -> int:
        return len(self._at)

    def is_due(self, page: int, *, now: float) -> bool:
        """And counts as asked then; `now` in s."""
        if now - self._at.get(page, -self._seconds) < self._seconds:
            return False
        self._at[page] = now
        if len(self._at) > self._most:
            self._at = {page: at for page, at in self._at.items() if now - at < self._seconds}
            self._most = max(FEW, 2 * len(self._at))
        return True
