"""The order of a topic's frames: 1, 2, 3 …, in whatever order they arrive."""

from __future__ import annotations

from typing import Final

from realtime.frames import Frame

# Frames held back behind a gap, and so given out at once when it closes; beyond that they are read from Postgres.
MAX_PENDING: Final = 500


class Sequencer:
    """Takes numbered frames in any order, with repeats and losses, and gives them out strictly in order.

    A frame that covers several numbers is given out whole or not at all: one that begins in the middle of what is known
    is dropped, and what it has that is new counts as missing. Until `begin` gives the topic's newest number, everything
    is held back.
    """

    __slots__ = ("_expected", "_last", "_pending")

    def __init__(self) -> None:
        self._last: int | None = None
        self._expected = 0
        # By the number that each begins with.
        self._pending: dict[int, Frame] = {}

    @property
    def last(self) -> int:
        """The newest number given out, or the topic's newest in the beginning."""
        return self._last or 0

    @property
    def has_gap(self) -> bool:
        """Whether something is known to exist that has not come."""
        return self._last is not None and (bool(self._pending) or self._expected > self._last)

    def begin(self, last: int) -> list[Frame]:
        """Start after `last`; answers what came in the meantime and is due now."""
        self._last = last
        self._drop_overtaken()
        return self._due()

    def offer(self, frame: Frame) -> list[Frame]:
        """Take one frame; answers all that are due now, in order: often it alone, none, or it and what waited."""
        if not 0 < frame.seq_from <= frame.seq:
            return []
        if self._last is None:
            self._hold(frame)
            return []
        if frame.seq <= self._last:
            return []
        if frame.seq_from == self._last + 1 and not self._pending:
            self._last = frame.seq
            return [frame]
        self._hold(frame)
        return self._due()

    def expect(self, seq: int) -> None:
        """`seq` is the topic's newest number in Postgres."""
        self._expected = max(self._expected, seq)

    def give_up(self) -> None:
        """Drop what waits behind a gap that cannot be filled."""
        self._pending.clear()
        self._expected = self.last

    def _hold(self, frame: Frame) -> None:
        is_next = self._last is not None and frame.seq_from == self._last + 1
        if frame.seq_from not in self._pending and (is_next or len(self._pending) < MAX_PENDING):
            self._pending[frame.seq_from] = frame
        else:
            self.expect(frame.seq)

    def _due(self) -> list[Frame]:
        due = []
        covers_several = False
        while (frame := self._pending.pop(self.last + 1, None)) is not None:
            self._last = frame.seq
            covers_several |= frame.seq > frame.seq_from
            due.append(frame)
        if covers_several:
            self._drop_overtaken()
        return due

    def _drop_overtaken(self) -> None:
        """Forget the frames that begin with a number that is known; their rest, if any, is expected."""
        for seq_from in [each for each in self._pending if each <= self.last]:
            self.expect(self._pending.pop(seq_from).seq)
