"""Two programs at one file: whoever writes the same bytes again and again is answered more and more slowly.

What counts is the same bytes, not how often a file is put right: a person who tries one thing after the other is
answered at once. A file that is removed again and again counts, too, but only after many times.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SAME_BYTES: Final = 5
WITHIN: Final = 10.0
REMOVALS: Final = 200
REMOVALS_WITHIN: Final = 60.0
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 60.0


@dataclass(slots=True)
class _History:
    times: deque[float] = field(default_factory=lambda: deque(maxlen=REMOVALS))
    pause: float = 0.0
    until: float = 0.0


class Fights:
    """What was put right lately, by path and by what was found. Times are seconds of a clock that only runs on."""

    def __init__(self) -> None:
        self._histories: dict[tuple[Path, str], _History] = {}

    def pause(self, path: Path, found: str, now: float) -> float:
        """How many seconds to wait before these bytes are put right again; 0 for at once."""
        history = self._histories.get((path, found))
        return max(0.0, history.until - now) if history else 0.0

    def put_right(self, path: Path, found: str, now: float, *, removed: bool = False) -> bool:
        """Note that a file was put right; True where that begins to be a fight."""
        history = self._histories.setdefault((path, found), _History())
        if history.pause and now - history.until > LONGEST_PAUSE:
            history.pause = 0.0
            history.times.clear()
        history.times.append(now)
        if history.pause:
            history.pause = min(LONGEST_PAUSE, history.pause * 2)
            history.until = now + history.pause
            return False
        count, within = (REMOVALS, REMOVALS_WITHIN) if removed else (SAME_BYTES, WITHIN)
        self._forget_old(now)
        if sum(1 for each in history.times if now - each < within) < count:
            return False
        history.pause, history.until = FIRST_PAUSE, now + FIRST_PAUSE
        return True

    def _forget_old(self, now: float) -> None:
        old = [
            key
            for key, each in self._histories.items()
            if each.times and now - each.times[-1] > REMOVALS_WITHIN and now > each.until + LONGEST_PAUSE
        ]
        for key in old:
            del self._histories[key]
