"""Finds a range of lines in another version of its text: pure functions over two lists of lines.

A range follows its text. Its lines that occur unchanged in the new text determine the new range: either those that kept
their order (matched by the line difference) or those that moved together, whichever are more text. If no line occurs
unchanged, the range is found by its quote between the same neighbours, by similar lines there, or because exactly its
lines were replaced there. Edited lines at the ends of a range that kept its place still belong to it. In all other
cases the text is gone. Lines are 1-based and inclusive, as in editors.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

from drafts.compare.budget import Budget
from drafts.compare.sequences import Gap, gaps, matching_blocks, numbered

# An edited line counts as the same line if at least this share of the characters of both is equal, in order.
SIMILAR: Final = 0.6
# … or this share, if the number of lines between the same neighbours is unchanged and it has the same position.
SIMILAR_IN_PLACE: Final = 0.4
# Of longer lines only the beginnings are compared.
LONG_LINE: Final = 1_000
# A position counts as known only if an unchanged line with words is this near; blank lines and brackets are anywhere.
NEIGHBOURS: Final = 3
# A quote shorter than this is not searched for outside its old neighbourhood.
MIN_DISTINCTIVE_QUOTE: Final = 20
# Moved lines form one run if at most this many other lines are between them.
MAX_GAP: Final = 1
# A line that was inserted at more places than this is ignored, because it is ambiguous.
MAX_PLACES: Final = 16
# Limits the number of pairs of lines that are compared for similarity.
MAX_PAIRS: Final = 20_000


class LineSpan(NamedTuple):
    """A range of lines, 1-based and inclusive."""

    from_line: int
    to_line: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Lines (0-based) of the new text that contain text of the range, and the number of its characters."""

    lines: Sequence[int]
    weight: int


def lines_of(text: str) -> list[str]:
    """The lines of a text as editors count them: a final line end is followed by an empty line.

    A CR before an LF is left out, so that a comment keeps its line if the line ends of a file change.
    """
    return [line.removesuffix("\r") for line in text.split("\n")] if "\r" in text else text.split("\n")


class LineMap:
    """Maps lines of one text to another; made once for all ranges between the two texts."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.old = old
        self.new = new
        self.blocks = matching_blocks(*numbered(old, new), Budget())
        self._starts = [block.old for block in self.blocks]
        self._gaps = list(gaps(self.blocks, len(old), len(new)))
        self._gap_starts = [gap.old_start for gap in self._gaps]
        self._unmatched: dict[str, list[int]] | None = None

    def follow(self, span: LineSpan, quote: str = "") -> LineSpan | None:
        """The range in the new text, or None if its text is gone."""
        first, last = span.from_line - 1, span.to_line
        distinctive = _distinctive_lines(self.old, range(first, min(last, len(self.old))))
        stayed, moved = self._stayed(distinctive), self._moved(distinctive)
        if stayed.lines and stayed.weight >= moved.weight:
            lines: Sequence[int] = [*stayed.lines, *self._edited_ends(distinctive)]
        else:
            lines = moved.lines or self._quoted(first, last, quote) or self._edited(first, last, distinctive)
        return LineSpan(min(lines) + 1, max(lines) + 1) if lines else None

    def _edited_ends(self, distinctive: Sequence[int]) -> Iterator[int]:
        """The new lines for the edited lines before the first unchanged line of a range, and after the last."""
        stayed = [at for at, line in enumerate(distinctive) if self._new_line(line) is not None]
        for end in (distinctive[: stayed[0]], distinctive[stayed[-1] + 1 :]):
            if end:
                yield from self._edited(end[0], end[-1] + 1, end)

    def _edited(self, first: int, last: int, distinctive: Sequence[int]) -> Sequence[int]:
        """The edited lines of a range: similar lines at its place, or the only lines there."""
        return self._similar(first, last, distinctive) or self._alone(first, last)

    def _stayed(self, distinctive: Sequence[int]) -> _Candidate:
        found = [new for line in distinctive if (new := self._new_line(line)) is not None]
        return _Candidate(found, self._new_weight(found))

    def _new_line(self, line: int) -> int | None:
        """The new number of an old line, if the difference matches it."""
        nearest = bisect_right(self._starts, line) - 1
        if nearest < 0 or line >= self.blocks[nearest].old + self.blocks[nearest].size:
            return None
        return self.blocks[nearest].new + line - self.blocks[nearest].old

    def _moved(self, distinctive: Sequence[int]) -> _Candidate:
        """The run of inserted lines with the most text of the range."""
        texts = {self.old[line] for line in distinctive}
        places = [self._inserted().get(text, []) for text in texts]
        lines = sorted(line for each in places if len(each) <= MAX_PLACES for line in each)
        runs = [_Candidate(run, self._new_weight(run)) for run in _runs(lines)]
        # At least half of the range's text must be in one run, because a few equal lines occur by chance.
        enough = sum(map(_weight, texts)) / 2
        return max((run for run in runs if run.weight >= enough), key=lambda run: run.weight, default=_Candidate((), 0))

    def _quoted(self, first: int, last: int, quote: str) -> Sequence[int]:
        """The lines that contain the quote: between the old neighbours, or at the only place where it occurs."""
        if not any(character.isalnum() for character in quote):
            return ()
        start, stop = self._place(first, last)
        between = _lines_with(quote, self.new[start:stop])
        if between:
            return [start + line for line in between]
        if len(quote) < MIN_DISTINCTIVE_QUOTE or "\n".join(self.new).count(quote) != 1:
            return ()
        return _lines_with(quote, self.new)

    def _similar(self, first: int, last: int, distinctive: Sequence[int]) -> Sequence[int]:
        start, stop = self._place(first, last)
        if len(distinctive) * (stop - start) > MAX_PAIRS:
            return ()
        found: list[int] = []
        for line in distinctive:
            likeness, place = max(
                ((_likeness(self.old[line], self.new[at]), -at) for at in range(start, stop)), default=(0.0, 0)
            )
            if likeness >= SIMILAR:
                found.append(-place)
            elif (level := self._level(line)) is not None:
                found.append(level)
        return found

    def _level(self, line: int) -> int | None:
        """The new line at the position of an old one, if the number of lines is unchanged and it is similar enough."""
        gap = self._gap(line)
        if gap is None or gap.old_end - gap.old_start != gap.new_end - gap.new_start or not self._is_known(gap):
            return None
        level = gap.new_start + line - gap.old_start
        return level if _likeness(self.old[line], self.new[level]) >= SIMILAR_IN_PLACE else None

    def _alone(self, first: int, last: int) -> Sequence[int]:
        """The lines that replaced exactly the range: equally many, directly between the same two neighbours."""
        gap = self._gap(first)
        if gap is None or (gap.old_start, gap.old_end) != (first, last) or gap.new_end - gap.new_start != last - first:
            return ()
        return range(gap.new_start, gap.new_end) if self._is_known(gap) else ()

    def _gap(self, line: int) -> Gap | None:
        """The stretch of changed lines that contains an old line."""
        at = bisect_right(self._gap_starts, line) - 1
        return self._gaps[at] if at >= 0 and line < self._gaps[at].old_end else None

    def _is_known(self, gap: Gap) -> bool:
        """Whether an unchanged line with words is next to the stretch."""
        before = range(max(0, gap.old_start - NEIGHBOURS), gap.old_start)
        after = range(gap.old_end, min(len(self.old), gap.old_end + NEIGHBOURS))
        return any(_has_words(self.old[line]) for line in (*before, *after) if self._new_line(line) is not None)

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


def follow(span: LineSpan, quote: str, *, old: str, new: str) -> LineSpan | None:
    """The range of `new` that corresponds to one of `old`, or None if its text is gone."""
    return span if old == new else LineMap(lines_of(old), lines_of(new)).follow(span, quote)


def _distinctive_lines(lines: Sequence[str], span: Iterable[int]) -> list[int]:
    """The lines of a range that can identify it: those with words, or all if none has any."""
    every = list(span)
    return [line for line in every if _has_words(lines[line])] or every


def _has_words(line: str) -> bool:
    return any(map(str.isalnum, line))


def _weight(text: str) -> int:
    return len(text) + 1


def _runs(lines: Sequence[int]) -> list[list[int]]:
    runs = [[line] for line in lines[:1]]
    for before, line in pairwise(lines):
        if line - before <= MAX_GAP + 1:
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


def _likeness(line: str, other: str) -> float:
    """The similarity of two lines: twice the number of common characters, in order, divided by the number of both."""
    if not line.strip() or not other.strip():
        return 0.0
    return Indel.normalized_similarity(line[:LONG_LINE], other[:LONG_LINE], score_cutoff=SIMILAR_IN_PLACE)
