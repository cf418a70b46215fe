"""The traceability matrix: which records of one table are linked to which of another, and which are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How a row is linked."""

    COVERED = "covered"
    SUSPECT = "suspect"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class End:
    """A record at the edge of the matrix: its key and the text that names it."""

    record: str
    key: str
    text: str

    def has(self, words: str) -> bool:
        """Whether its key or its text has all of these words, in any case."""
        within = f"{self.key} {self.text}".casefold()
        return all(each in within for each in words.casefold().split())


@dataclass(frozen=True, slots=True)
class Link:
    """An edge between a row and a column; suspect where one of its ends has changed since it was confirmed."""

    edge: str
    row: str
    column: str
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """One square that is filled; several edges between the same two records are one mark."""

    at: int
    edges: tuple[str, ...]
    suspect: bool


@dataclass(frozen=True, slots=True)
class Row:
    end: End
    marks: tuple[Mark, ...]
    number: int

    @property
    def state(self) -> State:
        if not self.marks:
            return State.GAP
        return State.SUSPECT if any(mark.suspect for mark in self.marks) else State.COVERED


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many rows are linked: by confirmed links only, by a suspect one, by none."""

    confirmed: int
    suspect: int
    gaps: int

    @property
    def total(self) -> int:
        return self.confirmed + self.suspect + self.gaps

    @property
    def percent(self) -> float:
        """The rows that are covered: by confirmed links only. A suspect one has to be looked at first."""
        return self._percent_of(self.confirmed)

    @property
    def suspect_percent(self) -> float:
        return self._percent_of(self.suspect)

    @property
    def gap_percent(self) -> float:
        return self._percent_of(self.gaps)

    def _percent_of(self, count: int) -> float:
        """In tenths; 100 only where it is all of them, and 0 only where it is none."""
        if not self.total:
            return 0.0
        tenths = round(1_000 * count / self.total)
        if count < self.total:
            tenths = min(tenths, 999)
        return max(tenths, 1 if count else 0) / 10


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows and columns in their order; `rows` may be fewer than `coverage` counts."""

    rows: tuple[Row, ...]
    columns: tuple[End, ...]
    coverage: Coverage
    marked_columns: frozenset[int] = field(default=frozenset())

    def rows_like(self, words: str) -> Matrix:
        """The rows whose key or text has all of these words; what is counted stays."""
        rows = tuple(row for row in self.rows if row.end.has(words))
        return Matrix(rows, self.columns, self.coverage, self.marked_columns)

    def only(self, *states: State) -> Matrix:
        """The rows in one of these states; what is counted stays."""
        rows = tuple(row for row in self.rows if row.state in states)
        return Matrix(rows, self.columns, self.coverage, self.marked_columns)


def build(rows: Sequence[End], columns: Sequence[End], links: Iterable[Link]) -> Matrix:
    """The matrix of these ends; links to others are left out."""
    positions = {end.record: at for at, end in enumerate(columns)}
    wanted = {end.record for end in rows}
    between: dict[str, dict[int, list[Link]]] = {}
    for link in links:
        if link.row in wanted and (at := positions.get(link.column)) is not None:
            between.setdefault(link.row, {}).setdefault(at, []).append(link)
    made = tuple(_row(end, between.get(end.record, {}), number) for number, end in enumerate(rows, 1))
    states = [row.state for row in made]
    coverage = Coverage(states.count(State.COVERED), states.count(State.SUSPECT), states.count(State.GAP))
    marked = frozenset(mark.at for row in made for mark in row.marks)
    return Matrix(made, tuple(columns), coverage, marked)


def _row(end: End, between: dict[int, list[Link]], number: int) -> Row:
    marks = [
        Mark(at, tuple(sorted(link.edge for link in links)), any(link.suspect for link in links))
        for at, links in sorted(between.items())
    ]
    return Row(end, tuple(marks), number)
