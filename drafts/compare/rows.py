"""Arranges a text difference for display: hunks and folds in order, unified rows, or two columns side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from drafts.compare.text import Hunk, Row, TextDifference


@dataclass(frozen=True, slots=True)
class Fold:
    """Equal lines that are folded away: `count` of them, from `old_start` and `new_start` on (1-based)."""

    old_start: int
    new_start: int
    count: int


class SplitRow(NamedTuple):
    """A row of two columns; None is an empty cell. `place` is the number of the change, from 1; 0 for equal lines."""

    left: Row | None
    right: Row | None
    place: int = 0


def sections(difference: TextDifference) -> Iterator[Hunk | Fold]:
    """The whole text: the hunks, and the folds before, between and after them.

    There is no fold where rows are left out, because not all of those are equal.
    """
    old_at = new_at = 0
    for at, hunk in enumerate(difference.hunks):
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        if start > old_at and (at or not difference.after):
            yield Fold(old_at + 1, new_at + 1, start - old_at)
        yield hunk
        old_at = start + hunk.old_count
        new_at = hunk.new_start - 1 + hunk.new_count if hunk.new_count else hunk.new_start
    if old_at < len(difference.old.lines) and difference.next is None:
        yield Fold(old_at + 1, new_at + 1, len(difference.old.lines) - old_at)


def unfold(difference: TextDifference, fold: Fold) -> tuple[Row, ...]:
    """The equal lines of a fold."""
    lines = difference.old
    return tuple(
        Row(
            "equal",
            fold.old_start + at,
            fold.new_start + at,
            lines.lines[fold.old_start - 1 + at],
            ends=lines.ends or fold.old_start + at < len(lines.lines),
        )
        for at in range(fold.count)
    )


def split_rows(hunk: Hunk, first_place: int = 1) -> Iterator[SplitRow]:
    """A hunk's rows in two columns: partners side by side, empty cells where a side has no line.

    `first_place` is the number of the hunk's first change; `places` returns how many it has.
    """
    place = first_place
    for changed, run in groupby(hunk.rows, key=lambda row: row.kind != "equal"):
        if not changed:
            yield from (SplitRow(row, row) for row in run)
            continue
        rows = list(run)
        left = [row for row in rows if row.kind == "removed"]
        right = [row for row in rows if row.kind == "added"]
        yield from (SplitRow(*sides, place) for sides in _levelled(left, right))
        place += 1


def places(hunk: Hunk) -> int:
    """How many changes a hunk has: runs of changed lines between equal ones."""
    return sum(changed for changed, _ in groupby(hunk.rows, key=lambda row: row.kind != "equal"))


def changed_lines(difference: TextDifference) -> list[tuple[int, int]]:
    """Where the changes are, for a table of contents: first and last line of each in the new text, 1-based.

    A pure removal is located by the line before it (0 at the beginning).
    """
    found: list[tuple[int, int]] = []
    for hunk in difference.hunks:
        at = hunk.new_start - 1 if hunk.new_count else hunk.new_start
        for changed, run in groupby(hunk.rows, key=lambda row: row.kind != "equal"):
            count = sum(row.kind != "removed" for row in run)
            if changed:
                found.append((at + 1, at + count) if count else (at, at))
            at += count
    return found


def _levelled(left: list[Row], right: list[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Partners side by side; the lines between them are paired in order as far as there are some on both sides."""
    at = 0
    waiting: list[Row] = []
    for row in left:
        if row.partner is None:
            waiting.append(row)
            continue
        partner = next(index for index in range(at, len(right)) if right[index].new == row.partner)
        yield from _side_by_side(waiting, right[at:partner])
        yield row, right[partner]
        waiting, at = [], partner + 1
    yield from _side_by_side(waiting, right[at:])


def _side_by_side(left: list[Row], right: list[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    for index in range(max(len(left), len(right))):
        yield (left[index] if index < len(left) else None, right[index] if index < len(right) else None)
