"""Finds moved blocks: lines that were removed at one place and added, unchanged, at another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from drafts.compare.budget import Budget
from drafts.compare.sequences import Gap

# A block with fewer letters and digits occurs elsewhere by chance (the rule of git).
MIN_CHARACTERS: Final = 20
# A line that was added at more places starts no block.
MAX_PLACES: Final = 8
# With more changed lines, on both sides together, moves are not searched for.
MAX_LINES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Move:
    """`count` lines that moved from `old_start` to `new_start` (1-based)."""

    old_start: int
    new_start: int
    count: int


def moved_blocks(gaps: Sequence[Gap], old: Sequence[str], new: Sequence[str], budget: Budget) -> tuple[Move, ...]:
    """The moved blocks among the changed lines, in the old text's order; each line belongs to one at most."""
    removed = sum(gap.old_end - gap.old_start for gap in gaps)
    added = sum(gap.new_end - gap.new_start for gap in gaps)
    if not removed or not added:
        return ()
    if removed + added > MAX_LINES:
        budget.give_up()
        return ()
    candidates = _AddedLines(gaps, new)
    found: list[Move] = []
    for gap in gaps:
        at = gap.old_start
        while at < gap.old_end:
            place, count = candidates.longest(old, at, gap.old_end)
            if count:
                found.append(Move(at + 1, place + 1, count))
            at += count or 1
    return tuple(found)


class _AddedLines:
    """The added lines: where each is, where its stretch ends, and which do not belong to a move yet."""

    def __init__(self, gaps: Sequence[Gap], lines: Sequence[str]) -> None:
        self._lines = lines
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._end_at: dict[int, int] = {}
        for gap in gaps:
            for at in range(gap.new_start, gap.new_end):
                self._end_at[at] = gap.new_end
                self._places[lines[at]].append(at)

    def longest(self, old: Sequence[str], start: int, end: int) -> tuple[int, int]:
        """The longest block from `start` on that was added elsewhere, as (place, lines); it is then used up."""
        places = self._places.get(old[start], ())
        if not places or len(places) > MAX_PLACES:
            return 0, 0
        count, place = max((self._length(old, start, end, at), -at) for at in places)
        if not count or sum(map(_signs, old[start : start + count])) < MIN_CHARACTERS:
            return 0, 0
        for at in range(-place, -place + count):
            del self._end_at[at]
        return -place, count

    def _length(self, old: Sequence[str], start: int, end: int, place: int) -> int:
        count = 0
        most = min(end - start, self._end_at.get(place, place) - place)
        while count < most and place + count in self._end_at and old[start + count] == self._lines[place + count]:
            count += 1
        return count


def _signs(line: str) -> int:
    return sum(map(str.isalnum, line))
