"""Merging two changed forms of one text by lines, as `frontend/src/workspace/merge3.ts` does in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Literal, NamedTuple

from drafts.compare.budget import Budget
from drafts.compare.sequences import Gap, gaps, matching_blocks, numbered

PartKind = Literal["same", "theirs", "yours", "both", "conflict"]

_END: Final = float("inf")


class MergePart(NamedTuple):
    """Consecutive lines: unchanged, changed by one side, by both alike, or by both differently (`conflict`).

    The three sides hold the lines as each text has them. All parts in order are the whole of each text.
    """

    kind: PartKind
    base: Sequence[str]
    theirs: Sequence[str]
    yours: Sequence[str]

    def as_data(self) -> dict[str, Any]:
        """As REST shows it."""
        return {"kind": self.kind, "base": [*self.base], "theirs": [*self.theirs], "yours": [*self.yours]}

    @property
    def merged(self) -> Sequence[str]:
        """The lines of the merged text; those of a conflict are undecided."""
        return self.theirs if self.kind == "theirs" else self.yours


@dataclass(frozen=True, slots=True)
class Merge:
    """The result of merging three texts."""

    parts: tuple[MergePart, ...]

    @property
    def conflicts(self) -> int:
        """In how many places both sides changed the same lines differently."""
        return sum(part.kind == "conflict" for part in self.parts)

    @property
    def text(self) -> str | None:
        """The merged text, or None if both sides changed the same lines differently."""
        if self.conflicts:
            return None
        return "\n".join(chain.from_iterable(part.merged for part in self.parts))


def merge_texts(base: str, theirs: str, yours: str) -> Merge:
    """Merge two changed forms of `base` by lines, which LF separates (so a final LF is followed by an empty line).

    Swapping the two sides swaps them in the parts, and changes nothing else. Where the texts are too large to be
    compared exactly, changes are joined into larger ones, so that more of them conflict.
    """
    return Merge(tuple(merge_lines(base.split("\n"), theirs.split("\n"), yours.split("\n"))))


def merge_lines(base: Sequence[str], theirs: Sequence[str], yours: Sequence[str]) -> list[MergePart]:
    """The parts of three texts that are already split into lines."""
    changes = (_changes(base, theirs), _changes(base, yours))
    places = [0, 0]
    parts: list[MergePart] = []
    at = 0
    while (start := min(_start(changes[0], places[0]), _start(changes[1], places[1]))) < _END:
        firsts = tuple(places)
        first, end = int(start), _take_overlapping(changes, places, int(start))
        parts += _unchanged(base[at:first])
        taken = [side[begin:stop] for side, begin, stop in zip(changes, firsts, places, strict=True)]
        of_theirs = _lines_of(theirs, taken[0], base, first, end)
        of_yours = _lines_of(yours, taken[1], base, first, end)
        parts.append(MergePart(_kind(taken, of_theirs, of_yours), base[first:end], of_theirs, of_yours))
        at = end
    return [*parts, *_unchanged(base[at:])]


def _changes(base: Sequence[str], side: Sequence[str]) -> list[Gap]:
    numbers = numbered(base, side)
    return list(gaps(matching_blocks(*numbers, Budget()), len(base), len(side)))


def _start(changes: Sequence[Gap], place: int) -> float:
    return changes[place].old_start if place < len(changes) else _END


def _take_overlapping(changes: tuple[list[Gap], list[Gap]], places: list[int], start: int) -> int:
    """Advance `places` over all changes that overlap the one at `start`; the line of the base where they end.

    Changes that begin at the same line overlap, so that two insertions at one place are a conflict.
    """
    end = start
    side = 0
    settled = 0
    while settled < 2:
        begins = _start(changes[side], places[side])
        if begins == start or begins < end:
            end = max(end, changes[side][places[side]].old_end)
            places[side] += 1
            settled = 0
        else:
            settled += 1
            side = 1 - side
    return end


def _lines_of(lines: Sequence[str], changes: Sequence[Gap], base: Sequence[str], start: int, end: int) -> Sequence[str]:
    """The lines of one side that replace `base[start:end]`."""
    if not changes:
        return base[start:end]
    first, last = changes[0], changes[-1]
    return lines[first.new_start - (first.old_start - start) : last.new_end + (end - last.old_end)]


def _kind(taken: Sequence[Sequence[Gap]], of_theirs: Sequence[str], of_yours: Sequence[str]) -> PartKind:
    if not taken[1]:
        return "theirs"
    if not taken[0]:
        return "yours"
    return "both" if of_theirs == of_yours else "conflict"


def _unchanged(lines: Sequence[str]) -> list[MergePart]:
    return [MergePart("same", lines, lines, lines)] if lines else []
