"""Where a range of lines stands in another version of its text: pure functions over two lists of lines.

A range follows its text. Of all its lines that stand in the other text, those that stayed in their order (the line
difference matches them) or those that moved together, whichever are more text, say where it is now. A range of which
nothing stands there literally is found by its quote between the same neighbours, or by lines there of which most words
are its own. Otherwise its text is gone. Lines are 1-based and inclusive, as in editors.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from drafts.compare.budget import Budget
from drafts.compare.sequences import matching_blocks, numbered

# An edited line is still the line while this share of its words and the new one's is the same.
SIMILAR: Final = 0.6
# A quote shorter than this says nothing about where it stands outside its old neighbourhood.
TELLING_QUOTE: Final = 20
# Moved lines belong together while no more lines than this stand between them.
LARGEST_GAP: Final = 1
# A line that was inserted at more places than this does not tell which of them is meant.
MOST_PLACES: Final = 16
# Comparing each line of a range with each in its place is bounded.
MOST_PAIRS: Final = 20_000


class Span(NamedTuple):
    """A range of lines, 1-based and inclusive."""

    from_line: int
    to_line: int


@dataclass(frozen=True, slots=True)
class _Found:
    """Lines (0-based) of the new text that carry a range's text, and how many characters of it."""

    lines: Sequence[int]
    weight: int


def lines_of(text: str) -> list[str]:
    """The lines of a text as editors count them: a line end at its end begins one more, which is empty."""
    return text.split("\n")


class LineMap:
    """What became of the lines of one text in another; made once for all ranges between the two."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.old = old
        self.new = new
        self.blocks = matching_blocks(*numbered(old, new), Budget())
        self._starts = [block.old for block in self.blocks]
        self._unmatched: dict[str, list[int]] | None = None

    def follow(self, span: Span, quote: str = "") -> Span | None:
        """Where the range is in the new text; None where its text is gone."""
        first, last = span.from_line - 1, span.to_line
        telling = _telling(self.old, range(first, min(last, len(self.old))))
        stayed, moved = self._stayed(telling), self._moved(telling)
        best = max(stayed, moved, key=lambda found: found.weight)
        lines = best.lines or self._quoted(first, last, quote) or self._similar(first, last, telling)
        return Span(min(lines) + 1, max(lines) + 1) if lines else None

    def _stayed(self, telling: Sequence[int]) -> _Found:
        found = [new for line in telling if (new := self._new_line(line)) is not None]
        return _Found(found, self._new_weight(found))

    def _new_line(self, line: int) -> int | None:
        """Where a line of the old text stands in the new one, if the difference leaves it as it is."""
        nearest = bisect_right(self._starts, line) - 1
        if nearest < 0 or line >= self.blocks[nearest].old + self.blocks[nearest].size:
            return None
        return self.blocks[nearest].new + line - self.blocks[nearest].old

    def _moved(self, telling: Sequence[int]) -> _Found:
        """The heaviest run of the range's lines among those of the new text that the difference calls inserted."""
        texts = {self.old[line] for line in telling}
        places = [self._inserted().get(text, []) for text in texts]
        lines = sorted(line for each in places if len(each) <= MOST_PLACES for line in each)
        runs = [_Found(run, self._new_weight(run)) for run in _runs(lines)]
        # At least half of the range has to stand together: a few of its lines are found by chance.
        enough = sum(map(_weight, texts)) / 2
        return max((run for run in runs if run.weight >= enough), key=lambda run: run.weight, default=_Found((), 0))

    def _quoted(self, first: int, last: int, quote: str) -> Sequence[int]:
        """The lines on which the quote stands literally: between the old neighbours, or at one place only."""
        if not any(character.isalnum() for character in quote):
            return ()
        start, stop = self._place(first, last)
        between = _lines_with(quote, self.new[start:stop])
        if between:
            return [start + line for line in between]
        if len(quote) < TELLING_QUOTE or "\n".join(self.new).count(quote) != 1:
            return ()
        return _lines_with(quote, self.new)

    def _similar(self, first: int, last: int, telling: Sequence[int]) -> Sequence[int]:
        start, stop = self._place(first, last)
        if len(telling) * (stop - start) > MOST_PAIRS:
            return ()
        there = [(line, Counter(self.new[line].split())) for line in range(start, stop)]
        found: list[int] = []
        for words in (Counter(self.old[line].split()) for line in telling):
            likeness, line = max(((_likeness(words, other), -line) for line, other in there), default=(0.0, 0))
            if likeness >= SIMILAR:
                found.append(-line)
        return found

    def _place(self, first: int, last: int) -> tuple[int, int]:
        """The lines of the new text between the nearest equal lines before and after the range, as a slice."""
        before = [block for block in self.blocks if block.old < first]
        after = [block for block in self.blocks if block.old + block.size > last]
        start = min(before[-1].new + before[-1].size, before[-1].new + first - before[-1].old) if before else 0
        stop = after[0].new + max(0, last - after[0].old) if after else len(self.new)
        return start, max(start, stop)

    def _inserted(self) -> dict[str, list[int]]:
        if self._unmatched is None:
            self._unmatched = {}
            matched = {line for block in self.blocks for line in range(block.new, block.new + block.size)}
            for line, text in enumerate(self.new):
                if line not in matched:
                    self._unmatched.setdefault(text, []).append(line)
        return self._unmatched

    def _new_weight(self, lines: Iterable[int]) -> int:
        return sum(map(_weight, {self.new[line] for line in lines}))


def follow(span: Span, quote: str, *, old: str, new: str) -> Span | None:
    """Where one range of `old` is in `new`; None where its text is gone."""
    return span if old == new else LineMap(lines_of(old), lines_of(new)).follow(span, quote)


def _telling(lines: Sequence[str], span: Iterable[int]) -> list[int]:
    """The lines of a range by which it can be known again: those with words, or all where none has any."""
    every = list(span)
    return [line for line in every if any(map(str.isalnum, lines[line]))] or every


def _weight(text: str) -> int:
    return len(text) + 1


def _runs(lines: Sequence[int]) -> list[list[int]]:
    runs = [[line] for line in lines[:1]]
    for before, line in pairwise(lines):
        if line - before <= LARGEST_GAP + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _lines_with(quote: str, lines: Sequence[str]) -> Sequence[int]:
    text = "\n".join(lines)
    at = text.find(quote)
    if at < 0:
        return ()
    first = text.count("\n", 0, at)
    return range(first, first + quote.rstrip("\n").count("\n") + 1)


def _likeness(words: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient of two bags of words: 1 where they are the same, 0 where they share none."""
    total = words.total() + other.total()
    return 2 * (words & other).total() / total if total else 0.0
