"""What an import would do: row by row, what is wrong, and in how many bundles it is written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stages.registers.exchange.headings import Heading
from stages.registers.fold.headers import MAX_OPERATIONS
from stages.registers.fold.payloads import Payload
from stages.registers.fold.values import spell

ALL: Final = "all"
ROWS: Final = "rows"
LINKS: Final = "links"
# Of the bundles of a file: less than a bundle can have, so that rules can add to it.
PART_OPERATIONS: Final = MAX_OPERATIONS - 1_000
PART_BYTES: Final = 7 * 1024 * 1024
# What an operation's text and its signature have besides the payload.
_AROUND: Final = 600


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in a cell; `row` is its number in the file, where the head is row 1.

    `column` is the column's name and `title` what people call it, both empty where it is the row; `value` is what the
    cell has, cut.
    """

    row: int
    column: str
    message: str
    title: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that is written: what it shows before and after. With `adds`, `after` are links that it gets besides."""

    title: str
    before: str
    after: str
    adds: bool = False

    @property
    def is_emptied(self) -> bool:
        return bool(self.before) and not self.after


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What is done with a row. `number` is that of the file, `key` the one that it names, perhaps none.

    `operations` and `size` (bytes) are what its cells cost in a bundle, `link_operations` its links; `seen` is what was
    there before.
    """

    number: int
    key: str
    label: str
    is_new: bool
    cells: tuple[CellChange, ...]
    operations: int = 0
    size: int = 0
    link_operations: int = 0
    seen: str = ""

    @property
    def is_changed(self) -> bool:
        return not self.is_new and bool(self.cells)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that are written in one bundle: from `first` up to and without `last`, counted from 0.

    `kind` is `ALL` for the whole file. Of several parts, rows with keys come first; those of `ROWS` are without the
    links of rows with keys, which those of `LINKS` write at the end. `digest` is of what was there before.
    """

    first: int
    last: int
    kind: str = ALL
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.kind}-{self.first}-{self.last}-{self.digest}"


def read_part(written: str) -> Part | None:
    """A part as `str` wrote it; None for what is none."""
    found = re.fullmatch(rf"({ALL}|{ROWS}|{LINKS})-([0-9]{{1,6}})-([0-9]{{1,6}})-([0-9a-f]{{0,16}})", written)
    return Part(int(found[2]), int(found[3]), found[1], found[4]) if found else None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do.

    `columns` are the fields by place in the file, None for one that is left out; `created` and `changed` count records;
    `problems` are the first 100 of `problem_count`. With a problem nothing is written, and there are no `rows`.
    """

    headings: tuple[Heading, ...]
    created: int
    changed: int
    unchanged: int
    problems: tuple[CellProblem, ...]
    problem_count: int
    payloads: tuple[Payload, ...]
    records: tuple[str, ...]
    rows: tuple[RowPlan, ...] = ()
    links: int = 0

    @property
    def columns(self) -> tuple[str | None, ...]:
        return tuple(each.field for each in self.headings)

    @property
    def left_out(self) -> list[str]:
        """The headings that are no column."""
        return [each.text for each in self.headings if each.field is None and each.text]

    @property
    def emptied(self) -> int:
        """How many cells have a value that they lose."""
        return sum(cell.is_emptied for row in self.rows for cell in row.cells)

    @property
    def new_keys(self) -> list[str]:
        """Keys of the file that no record has yet."""
        return [row.key for row in self.rows if row.is_new and row.key]

    @property
    def digest(self) -> str:
        """Of what was there before, by which it is seen that somebody changed it after the look."""
        return digest_of(self.rows)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The bundles in which it is written, one after the other."""
        whole = Part(0, len(self.rows), digest=self.digest)
        cost = [(row.operations + row.link_operations, row.size) for row in self.rows]
        if sum(each for each, _size in cost) <= PART_OPERATIONS and sum(size for _each, size in cost) <= PART_BYTES:
            return (whole,)
        rows = keys_first(self.rows)
        # The links of rows with keys come last: they may lead to rows that come later.
        own = [row.operations + (0 if row.key else row.link_operations) for row in rows]
        cuts = _cuts(zip(own, (row.size for row in rows), strict=True))
        parts = [Part(first, last, ROWS, digest_of(rows[first:last])) for first, last in cuts]
        linked = [(row.link_operations if row.key else 0, 0) for row in rows]
        if any(count for count, _size in linked):
            parts += [Part(first, last, LINKS) for first, last in _cuts(linked)]
        return tuple(parts)


def keys_first(rows: Sequence[RowPlan]) -> list[RowPlan]:
    """In the order in which several bundles write them, so that no key is given that a later row brings."""
    return sorted(rows, key=lambda row: not row.key)


def digest_of(rows: Iterable[RowPlan]) -> str:
    return hashlib.sha256("\n".join(row.seen for row in rows).encode()).hexdigest()[:16]


def seen_of(record: str | None, key: str, values: Iterable[tuple[str, Any]]) -> str:
    """What was there before a row was written: of a new record its key, else the values that are replaced."""
    return json.dumps([record, key, sorted((name, spell(value)) for name, value in values)])


def size_of(payloads: Iterable[Payload]) -> int:
    """About how many bytes they have in a bundle."""
    return sum(_AROUND + len(json.dumps(each.to_json(), ensure_ascii=False).encode()) for each in payloads)


def _cuts(costs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of rows that fit one bundle."""
    first, operations, size, at = 0, 0, 0, -1
    for at, (more, bytes_more) in enumerate(costs):
        if at > first and (operations + more > PART_OPERATIONS or size + bytes_more > PART_BYTES):
            yield first, at
            first, operations, size = at, 0, 0
        operations, size = operations + more, size + bytes_more
    if at >= first:
        yield first, at + 1
