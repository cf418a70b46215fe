"""The order of a topic's events: 1, 2, 3 … whatever way they came."""

from __future__ import annotations

from typing import Final

# Frames held back behind a gap, and so given out at once when it closes; beyond that they are read from Postgres.
MOST_PENDING: Final = 500


class Sequencer:
    """Takes numbered frames in any order, with repeats and losses, and gives them out strictly in order.

    Until `begin` says where the topic stands, everything is held back.
    """

    __slots__ = ("_expected", "_last", "_pending")

    def __init__(self) -> None:
        self._last: int | None = None
        self._expected = 0
        self._pending: dict[int, str] = {}

    @property
    def last(self) -> int:
        """The newest `seq` given out, or where the topic stood in the beginning."""
        return self._last or 0

    @property
    def has_gap(self) -> bool:
        """Whether something is known to exist that has not come."""
        return self._last is not None and (bool(self._pending) or self._expected > self._last)

    def begin(self, last: int) -> list[tuple[int, str]]:
        """Start after `last`; answers what came in the meantime and is due now."""
        self._last = last
        self._pending = {seq: frame for seq, frame in self._pending.items() if seq > last}
        return self._due()

    def offer(self, seq: int, frame: str) -> list[tuple[int, str]]:
        """Take one frame; answers all that are due now, in order: often it alone, none, or it and what waited."""
        if self._last is None:
            self._hold(seq, frame)
            return []
        if seq <= self._last:
            return []
        if seq == self._last + 1 and not self._pending:
            self._last = seq
            return [(seq, frame)]
        self._hold(seq, frame)
        return self._due()

    def expect(self, seq: int) -> None:
        """Postgres has told that the topic stands at `seq`."""
        self._expected = max(self._expected, seq)

    def give_up(self) -> None:
        """Drop what waits behind a gap that nobody can fill."""
        self._pending.clear()
        self._expected = self.last

    def _hold(self, seq: int, frame: str) -> None:
        if len(self._pending) < MOST_PENDING or (self._last is not None and seq == self._last + 1):
            self._pending.setdefault(seq, frame)
        else:
            self.expect(seq)

    def _due(self) -> list[tuple[int, str]]:
        due = []
        while (frame := self._pending.pop(self.last + 1, None)) is not None:
            self._last = self.last + 1
            due.append((self._last, frame))
        return due
