"""Who wrote each character of a text, as runs: an author's number and how many UTF-16 units in a row are theirs.

An author's number is a writer's number of the pad; `relabel` makes accounts of them. Credits name the authors of what a
revision inserts, where it is not its writer who wrote that: a restored text keeps its authors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Self

from kernel.crdt.edits import Edit, count_units

# An author's number, and a count of UTF-16 units.
Run = tuple[int, int]
Runs = tuple[Run, ...]


class Authors:
    """The runs of a text, folded over its changes."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._runs = list(join_runs(runs))
        self.length = sum(count for _author, count in self._runs)
        # Changes are near each other: where the last one was is where the next one is looked for. The number of a run,
        # and the position at which it begins.
        self._index = self._start = 0

    @classmethod
    def loads(cls, data: bytes) -> Self:
        """The runs that `dumps` wrote. Raises `ValueError` for anything else."""
        numbers = list(_read_numbers(data))
        if len(numbers) % 2 or not all(numbers[1::2]):
            raise ValueError("These are no runs of authors.")
        return cls(zip(numbers[::2], numbers[1::2], strict=True))

    def dumps(self) -> bytes:
        """The runs in few bytes: each number in groups of seven bits, the lowest first."""
        data = bytearray()
        for run in self._runs:
            for value in run:
                number = value
                while number > 127:
                    data.append(number & 127 | 128)
                    number >>= 7
                data.append(number)
        return bytes(data)

    @property
    def runs(self) -> Runs:
        return tuple(self._runs)

    def copy(self) -> Self:
        return type(self)(self._runs)

    def apply(self, edits: Iterable[Edit], author: int, credited: Iterable[Run] | None = None) -> None:
        """Fold one change by `author` into the runs.

        `credited` are the runs of all that it inserts, one edit's after the other's. Raises `ValueError` where they
        have another length, or an edit lies beyond the end; the runs are as before then.
        """
        inserted = [(edit.pos, edit.delete, count_units(edit.insert)) for edit in edits]
        total = sum(count for _pos, _delete, count in inserted)
        names = [(author, total)] if credited is None else list(credited)
        if sum(count for _author, count in names) != total:
            raise ValueError("The credits are not as long as what is inserted.")
        if inserted and inserted[-1][0] + inserted[-1][1] > self.length:
            raise ValueError("Beyond the end of the text.")
        # From the last edit to the first: positions are those of the text before.
        at = total
        for pos, delete, count in reversed(inserted):
            at -= count
            self._replace(pos, pos + delete, cut_runs(names, at, at + count))

    def cut(self, start: int, end: int) -> Runs:
        """The runs of the text from one position to another."""
        index, at = self._find(start)
        return cut_runs(islice(self._runs, index, None), start - at, end - at)

    def author_at(self, position: int) -> int:
        """Who wrote the unit after a position. Raises `IndexError` at the end of the text."""
        return self._runs[self._find(position)[0]][0]

    def _find(self, position: int) -> tuple[int, int]:
        """The run that a position lies in, by its number and the position at which it begins."""
        runs, index, start = self._runs, self._index, self._start
        while position < start:
            index -= 1
            start -= runs[index][1]
        while index < len(runs) and position >= start + runs[index][1]:
            start += runs[index][1]
            index += 1
        self._index, self._start = index, start
        return index, start

    def _replace(self, start: int, end: int, inserted: Sequence[Run]) -> None:
        first, at = self._find(start)
        begin, last = at, first
        while last < len(self._runs) and begin + self._runs[last][1] <= end:
            begin += self._runs[last][1]
            last += 1
        between = [*inserted]
        if start > at:
            between.insert(0, (self._runs[first][0], start - at))
        if last < len(self._runs) and end > begin:
            author, count = self._runs[last]
            between.append((author, begin + count - end))
            last += 1
        # A neighbour of the same author becomes one with it.
        if first:
            first -= 1
            at -= self._runs[first][1]
            between.insert(0, self._runs[first])
        if last < len(self._runs):
            between.append(self._runs[last])
            last += 1
        self._runs[first:last] = join_runs(between)
        self._index, self._start = first, at
        self.length += sum(count for _author, count in inserted) - (end - start)


def join_runs(runs: Iterable[Run]) -> Runs:
    """The same runs in their shortest form: none is empty, and two neighbours have two authors."""
    joined: list[Run] = []
    for author, count in runs:
        if not count:
            continue
        if joined and joined[-1][0] == author:
            joined[-1] = (author, joined[-1][1] + count)
        else:
            joined.append((author, count))
    return tuple(joined)


def cut_runs(runs: Iterable[Run], start: int, end: int) -> Runs:
    """The runs of a part of the text, from one position to another."""
    cut: list[Run] = []
    at = 0
    for author, count in runs:
        if at >= end:
            break
        common = min(end, at + count) - max(start, at)
        if common > 0:
            cut.append((author, common))
        at += count
    return tuple(cut)


def relabel(runs: Iterable[Run], author_of: Callable[[int], int]) -> Runs:
    """The runs with other numbers: the account of a writer, so that two sessions of one person are one author."""
    return join_runs((author_of(author), count) for author, count in runs)


def count_characters(runs: Iterable[Run]) -> dict[int, int]:
    """How many UTF-16 units each author has written, by number."""
    counts: dict[int, int] = {}
    for author, count in runs:
        counts[author] = counts.get(author, 0) + count
    return counts


def _read_numbers(data: bytes) -> Iterable[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
    if shift:
        raise ValueError("These are no runs of authors.")
