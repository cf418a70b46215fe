"""How long to wait before the next try: at random, so that thousands of stations do not come back in one moment."""

from __future__ import annotations

import random
from typing import Final

SHORTEST: Final = 1.0
# After a connection that worked: all stations of a node lose it together.
AFTER_LOSS: Final = 20.0
LONGEST: Final = 60.0


class Backoff:
    """Full jitter: each wait is anywhere between the shortest and a bound that doubles up to the longest."""

    def __init__(self, *, shortest: float = SHORTEST, after_loss: float = AFTER_LOSS, longest: float = LONGEST) -> None:
        self._shortest, self._after_loss, self._longest = shortest, after_loss, longest
        self._bound = shortest

    def connected(self) -> None:
        """The connection works: the next wait begins anew."""
        self._bound = self._after_loss / 2

    def next(self) -> float:
        """Seconds until the next try."""
        self._bound = min(self._longest, self._bound * 2)
        return random.uniform(self._shortest, max(self._shortest, self._bound))  # noqa: S311 (no secret)
