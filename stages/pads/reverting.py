"""Bringing an earlier text back: all of it (restore), or one person's changes only (take back), with its authors."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Self

from drafts.compare.budget import Budget
from drafts.compare.sequences import gaps, matching_blocks, numbered
from kernel.crdt.edits import Edit, Edits, from_units, to_units
from stages.pads import changes
from stages.pads.authors import Authors, Run, Runs, cut_runs, join_runs
from stages.pads.changes import Replacement


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A revision as the log has it: whose it is (`user`), under which number its text is credited, and what it did."""

    revision: int
    user: Hashable
    author: int
    edits: Edits
    credits: Runs | None = None


@dataclass(frozen=True, slots=True)
class Reversion:
    """Edits of the newest text, and the authors of all that they insert, one edit's after the other's."""

    edits: Edits
    credits: Runs


@dataclass(frozen=True, slots=True)
class _Credited:
    """A text with its authors, one character for each UTF-16 unit."""

    text: str
    runs: Runs

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice, /) -> Self:
        start, end, _step = part.indices(len(self.text))
        return type(self)(self.text[part], cut_runs(self.runs, start, end))

    def __add__(self, other: Self, /) -> Self:
        return type(self)(self.text + other.text, join_runs((*self.runs, *other.runs)))


_Parts = list[Replacement[_Credited]]


def take_back(
    revisions: Iterable[LoggedChange], user: Hashable, after: int, until: int, *, text: str, runs: Iterable[Run]
) -> Reversion:
    """What takes one person's changes between two revisions out of the newest text: what `user` wrote in `after` + 1 …
    `until` goes, what they deleted there comes back with its authors, and what others wrote stays.

    `revisions` are those from `after` + 1 to the newest one, in order; `text` and `runs` are as at `after`.

    The change that takes back what was found so far is carried from revision to revision: past one of theirs, its
    inverse comes first; past any other, it is transformed.
    """
    units, authors = to_units(text), Authors(runs)
    inverse: _Parts = []
    for revision in revisions:
        parts = _as_parts(revision.edits)
        if revision.revision <= until and revision.user == user:
            undone = changes.invert(
                parts,
                lambda start, end: _Credited(units[start:end], authors.cut(start, end)),  # noqa: B023
            )
            inverse = _carry(inverse, parts, partial(changes.compose, undone))
        else:
            inverse = _carry(inverse, parts, partial(_transform, parts))
        if revision.revision < until:
            authors.apply(revision.edits, revision.author, revision.credits)
            units = _apply(units, revision.edits)
    return _reversion(inverse)


def _transform(parts: _Parts, inverse: _Parts) -> _Parts:
    """Text that comes back was there before, so it comes before what was written at its place since."""
    return changes.transform_pair(inverse, parts)[0]


def _carry(inverse: _Parts, parts: _Parts, combine: Callable[[_Parts], _Parts]) -> _Parts:
    """Carry an inverse past a change: `combine` is asked only for what lies where it changes something."""
    if not parts:
        return inverse
    start, end = parts[0][0], parts[-1][0] + parts[-1][1]
    first = bisect_left(inverse, start, key=lambda part: part[0] + part[1])
    last = bisect_right(inverse, end, lo=first, key=lambda part: part[0])
    shift = sum((0 if insert is None else len(insert)) - delete for _pos, delete, insert in parts)
    return [
        *inverse[:first],
        *combine(inverse[first:last]),
        *((pos + shift, delete, insert) for pos, delete, insert in inverse[last:]),
    ]


def restore(text: str, runs: Iterable[Run], earlier_text: str, earlier_runs: Iterable[Run]) -> Reversion:
    """What makes the newest text say what an earlier one said, by the same authors; what they have in common stays."""
    now, then = _Lines(text, runs), _Lines(earlier_text, earlier_runs)
    blocks = matching_blocks(*numbered(now.lines, then.lines), Budget())
    parts: _Parts = []
    for gap in gaps(blocks, len(now.lines), len(then.lines)):
        old, new = now.join(gap.old_start, gap.old_end), then.join(gap.new_start, gap.new_end)
        head = _common_head(old, new)
        old, new = old[head:], new[head:]
        tail = _common_tail(old, new)
        insert = new[: len(new) - tail]
        parts.append((now.starts[gap.old_start] + head, len(old) - tail, insert if len(insert) else None))
    return _reversion(parts)


class _Lines:
    """The lines of a text with their authors."""

    def __init__(self, text: str, runs: Iterable[Run]) -> None:
        authors = Authors(runs)
        units = to_units(text)
        self.starts = [0, *(at + 1 for at, unit in enumerate(units) if unit == "\n"), len(units)]
        self.lines = [_Credited(units[start:end], authors.cut(start, end)) for start, end in pairwise(self.starts)]

    def join(self, first: int, end: int) -> _Credited:
        lines = self.lines[first:end]
        return _Credited("".join(each.text for each in lines), join_runs(run for each in lines for run in each.runs))


def _common_head(old: _Credited, new: _Credited) -> int:
    """How many units two texts have in common at their beginning, of the same authors; no character is cut in two."""
    count = min(_equal_text(old.text, new.text), _equal_runs(old.runs, new.runs))
    return count - 1 if count and _is_first_half(old.text[count - 1]) else count


def _common_tail(old: _Credited, new: _Credited) -> int:
    count = min(_equal_text(old.text[::-1], new.text[::-1]), _equal_runs(old.runs[::-1], new.runs[::-1]))
    return count - 1 if count and _is_second_half(old.text[-count]) else count


def _equal_text(old: str, new: str) -> int:
    equal, most = 0, min(len(old), len(new))
    while equal < most:
        middle = (equal + most + 1) // 2
        if old[equal:middle] == new[equal:middle]:
            equal = middle
        else:
            most = middle - 1
    return equal


def _equal_runs(old: Sequence[Run], new: Sequence[Run]) -> int:
    equal = 0
    for left, right in zip(old, new, strict=False):
        if left[0] != right[0]:
            break
        equal += min(left[1], right[1])
        if left[1] != right[1]:
            break
    return equal


def _is_first_half(unit: str) -> bool:
    return "\ud800" <= unit <= "\udbff"


def _is_second_half(unit: str) -> bool:
    return "\udc00" <= unit <= "\udfff"


def _as_parts(edits: Iterable[Edit]) -> _Parts:
    """Edits whose authors do not matter: what they insert is only measured, or cut out."""
    return [(edit.pos, edit.delete, _Credited(to_units(edit.insert), ()) if edit.insert else None) for edit in edits]


def _apply(units: str, edits: Iterable[Edit]) -> str:
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (units[at : edit.pos], to_units(edit.insert))
        at = edit.pos + edit.delete
    return "".join((*parts, units[at:]))


def _reversion(parts: _Parts) -> Reversion:
    edits: list[Edit] = []
    credited: list[Run] = []
    for pos, delete, insert in parts:
        edits.append(Edit(pos, delete, from_units(insert.text) if insert is not None else ""))
        credited += insert.runs if insert is not None else ()
    return Reversion(tuple(edits), join_runs(credited))
