"""What rules are evaluated on: whatever answers these questions, and the same with consequences that are not written.

Records are named by the ids that they are shown by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, Protocol

from stages.automation.rules.language import Direction, NamedRule

Column = tuple[str, str]
# Columns of several tables that are confirmed to be one, each with all of them.
Classes = Mapping[Column, frozenset[Column]]


class Reader(Protocol):
    """The state on which rules are evaluated."""

    @property
    def classes(self) -> Classes: ...

    def is_in(self, record: str, table: str) -> bool:
        """Whether a record lives and is in a table."""

    def value(self, record: str, table: str, column: str) -> Any:
        """What a record shows in a column; None for null, for what was never set, and for a record not in the table."""

    def kept(self, record: str, table: str, column: str) -> Any:
        """For a record that is not in a table: what it would show there if it came back."""

    def linked(self, record: str, relation: str, direction: Direction) -> Iterable[str]:
        """The records at the other ends of the links that are shown: `to` of those that begin at the record."""

    def prefetch(self, records: Collection[str], *, links: bool) -> None:
        """These are asked for next, and with `links` what they are linked with."""


class Past(Protocol):
    """What was before a change, and what people have decided against rules."""

    def expect(self, records: Collection[str]) -> None:
        """These are asked for next."""

    def matched(self, rule: NamedRule, record: str) -> bool:
        """Whether a record fulfilled a rule before the change already."""

    def was_removed(self, record: str, table: str) -> bool:
        """Whether a person took a record out of a table, and nobody has put it back."""

    def was_emptied(self, record: str, table: str, column: str) -> bool:
        """Whether a person made a field empty, and nobody has filled it since."""


class Undecided:
    """A past without decisions: nothing was there before."""

    def expect(self, records: Collection[str]) -> None:
        """Nothing is read."""

    def matched(self, rule: NamedRule, record: str) -> bool:
        return False

    def was_removed(self, record: str, table: str) -> bool:
        return False

    def was_emptied(self, record: str, table: str, column: str) -> bool:
        return False


UNDECIDED: Final[Past] = Undecided()


class Pending:
    """A reader with what rules have added to it so far."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.classes = reader.classes
        self.added: dict[tuple[str, str], None] = {}
        self._values: dict[tuple[str, Column], Any] = {}

    def is_in(self, record: str, table: str) -> bool:
        return (record, table) in self.added or self._reader.is_in(record, table)

    def value(self, record: str, table: str, column: str) -> Any:
        one = class_of((table, column), self.classes)
        if (record, min(one)) in self._values:
            return self._values[record, min(one)] if self.is_in(record, table) else None
        if (record, table) not in self.added:
            return self._reader.value(record, table, column)
        found = (self._reader.value(record, *each) for each in sorted(one))
        shown = next((each for each in found if each is not None), None)
        return self._reader.kept(record, table, column) if shown is None else shown

    def kept(self, record: str, table: str, column: str) -> Any:
        return self._reader.kept(record, table, column)

    def linked(self, record: str, relation: str, direction: Direction) -> Iterable[str]:
        return self._reader.linked(record, relation, direction)

    def prefetch(self, records: Collection[str], *, links: bool) -> None:
        self._reader.prefetch(records, links=links)

    def add(self, record: str, table: str) -> None:
        self.added[record, table] = None

    def set(self, record: str, table: str, column: str, value: Any) -> None:
        self._values[record, min(class_of((table, column), self.classes))] = value


def class_of(column: Column, classes: Classes) -> frozenset[Column]:
    """The columns that are one with this one, itself included."""
    return classes.get(column) or frozenset([column])
