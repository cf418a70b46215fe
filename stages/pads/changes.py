"""The algebra of changes over any kind of inserted text: plain characters, or characters with their authors.

A change is a list of replacements `(pos, delete, insert)`, sorted and apart; numbers are units of the text before it.
`insert` has one item for each unit, and is None where nothing is inserted. What is inserted at a place comes before
what is deleted there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Final, Generic, Protocol, Self, TypeVar


class Inserted(Protocol):
    """What can be inserted: it has a length, and can be cut and joined."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Self: ...

    def __add__(self, other: Self, /) -> Self: ...


_Text = TypeVar("_Text", bound=Inserted)

Replacement = tuple[int, int, _Text | None]

# A step of a change: so many units are kept, deleted or inserted.
_KEEP: Final = 0
_DELETE: Final = 1
_INSERT: Final = 2
# After its last replacement a change keeps all the rest, however long the text is.
_REST: Final = sys.maxsize


class _Steps(Generic[_Text]):
    """A change read step by step; a step can be taken in parts."""

    def __init__(self, change: Iterable[Replacement[_Text]]) -> None:
        self._steps: list[tuple[int, int, _Text | None]] = []
        at = 0
        for pos, delete, insert in change:
            if pos > at:
                self._steps.append((_KEEP, pos - at, None))
            if insert is not None:
                self._steps.append((_INSERT, len(insert), insert))
            if delete:
                self._steps.append((_DELETE, delete, None))
            at = pos + delete
        self._steps.append((_KEEP, _REST, None))
        self._index = -1
        self.kind = _KEEP
        self.left = 0
        self._next()

    def _next(self) -> None:
        self._index += 1
        self.kind, self.left, self._insert = self._steps[self._index]

    @property
    def ended(self) -> bool:
        return self._index == len(self._steps) - 1

    def take(self, count: int) -> _Text | None:
        """Go on by `count` units of this step, and give what they insert."""
        insert = self._insert
        if insert is not None and count < len(insert):
            done = len(insert) - self.left
            insert = insert[done : done + count]
        if not self.ended:
            self.left -= count
            if not self.left:
                self._next()
        return insert


class _Change(Generic[_Text]):
    """A change that is written step by step."""

    def __init__(self) -> None:
        self._done: list[Replacement[_Text]] = []
        self._start = self._delete = 0
        self._insert: _Text | None = None

    def keep(self, count: int) -> None:
        if self._delete or self._insert is not None:
            self._done.append((self._start, self._delete, self._insert))
        self._start += self._delete + count
        self._delete, self._insert = 0, None

    def delete(self, count: int) -> None:
        self._delete += count

    def insert(self, text: _Text | None) -> None:
        if text is not None:
            self._insert = text if self._insert is None else self._insert + text

    def finish(self) -> list[Replacement[_Text]]:
        self.keep(0)
        return self._done


def transform_pair(
    earlier: Iterable[Replacement[_Text]], later: Iterable[Replacement[_Text]]
) -> tuple[list[Replacement[_Text]], list[Replacement[_Text]]]:
    """Two changes of one text, each as a change of the text after the other; at one place, `earlier` is on the left."""
    first, second = _Steps(earlier), _Steps(later)
    of_first, of_second = _Change[_Text](), _Change[_Text]()
    while not (first.ended and second.ended):
        if first.kind == _INSERT:
            of_second.keep(first.left)
            of_first.insert(first.take(first.left))
        elif second.kind == _INSERT:
            of_first.keep(second.left)
            of_second.insert(second.take(second.left))
        else:
            count = min(first.left, second.left)
            _carry(first.kind, second.kind, count, of_first)
            _carry(second.kind, first.kind, count, of_second)
            first.take(count)
            second.take(count)
    return of_first.finish(), of_second.finish()


def _carry(kind: int, other: int, count: int, change: _Change[_Text]) -> None:
    """What a step does after the other change has done its step: nothing, where that has deleted the text."""
    if other == _KEEP and kind == _KEEP:
        change.keep(count)
    elif other == _KEEP:
        change.delete(count)


def compose(first: Iterable[Replacement[_Text]], then: Iterable[Replacement[_Text]]) -> list[Replacement[_Text]]:
    """One change that does what `first` does and then `then`, a change of the text after it."""
    before, after = _Steps(first), _Steps(then)
    both = _Change[_Text]()
    while not (before.ended and after.ended):
        if before.kind == _DELETE:
            both.delete(before.left)
            before.take(before.left)
        elif after.kind == _INSERT:
            both.insert(after.take(after.left))
        else:
            count = min(before.left, after.left)
            kind = before.kind
            insert = before.take(count)
            if after.kind == _KEEP and kind == _KEEP:
                both.keep(count)
            elif after.kind == _KEEP:
                both.insert(insert)
            elif kind == _KEEP:
                both.delete(count)
            after.take(count)
    return both.finish()


def invert(change: Iterable[Replacement[_Text]], cut: Callable[[int, int], _Text]) -> list[Replacement[_Text]]:
    """The change that takes `change` back; `cut` gives the text before it from one position to another."""
    inverse: list[Replacement[_Text]] = []
    shift = 0
    for pos, delete, insert in change:
        count = 0 if insert is None else len(insert)
        inverse.append((pos + shift, count, cut(pos, pos + delete) if delete else None))
        shift += count - delete
    return inverse
