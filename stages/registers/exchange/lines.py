"""The rows of a file, and how their cells are compared and quoted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from stages.registers.exchange.headings import Heading
from stages.registers.exchange.parsing import Sheet
from stages.registers.exchange.plan import ALL, Part
from stages.registers.schema import Column, Table
from stages.registers.schema.model import FILE, KEY_COLUMN

# Of the value of a cell.
_MAX_QUOTED: Final = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file."""

    number: int
    key: str
    cells: tuple[str, ...]


def lines_of(table: Table, headings: Sequence[Heading], sheet: Sheet, part: Part | None) -> list[Line]:
    """The rows of a file, or of a part of it."""
    fields = [each.field for each in headings]
    at = fields.index(KEY_COLUMN) if table.key_column is not None and KEY_COLUMN in fields else len(fields)
    lines = [
        Line(number, cells[at].strip() if at < len(cells) else "", cells)
        for cells, number in zip(sheet.rows, sheet.numbers, strict=True)
    ]
    if part is None or part.kind == ALL:
        return lines
    return sorted(lines, key=lambda line: not line.key)[part.first : part.last]


def is_shown(shown: Iterable[str], cell: str) -> bool:
    """Whether a cell says what is shown; files have one kind of line ends only."""
    return cell in {each.replace("\r\n", "\n").replace("\r", "\n") for each in shown}


def not_imported(column: Column) -> str:
    if column.type == FILE:
        return gettext("Files cannot be imported. Leave this column out.")
    return gettext("This column shows values of other records. Leave it out.")


def quoted(cell: str) -> str:
    cell = cell.strip()
    return cell if len(cell) <= _MAX_QUOTED else cell[: _MAX_QUOTED - 1] + "…"
