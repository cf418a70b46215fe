"""Rows of a table as the grid's template writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from stages.registers.pages.columns import LINKS, GridColumn
from stages.registers.reading.rows import Cell, GridRow, Link
from stages.registers.schema.model import BOOLEAN, ENTITY, FILE
from stages.registers.schema.values import write_text

# Chips of a cell; more are a number.
MAX_CHIPS: Final = 2


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell. `kind` says how it is written; `text` is what is read, `typed` what is copied and edited."""

    column: GridColumn
    kind: str
    text: str
    typed: str
    tips: str
    values: int
    misfit: str
    chips: Sequence[Link] = ()
    more: int = 0

    @property
    def in_conflict(self) -> bool:
        return self.values > 1


@dataclass(frozen=True, slots=True)
class RowView:
    """One row. `number` is its place in the table, 0 where the script knows it better."""

    record: str
    key: str
    number: int
    cells: Sequence[CellView]


def row_views(rows: Iterable[GridRow], columns: Sequence[GridColumn], first: int = 0) -> Iterator[RowView]:
    """The rows of a block that begins with the row `first`."""
    for at, row in enumerate(rows, start=first + 1):
        yield RowView(row.record, row.key, at, [_cell(column, row) for column in columns])


def _cell(column: GridColumn, row: GridRow) -> CellView:
    cell = row.cells.get(column.field, Cell())
    tips = " ".join(cell.tips)
    if column.type == LINKS:
        keys = ", ".join(link.key for link in cell.links)
        more = max(0, len(cell.links) - MAX_CHIPS)
        return CellView(column, LINKS, keys, keys, tips, 1, "", cell.links[:MAX_CHIPS], more)
    typed = _typed(column, cell)
    return CellView(
        column, _kind(column, cell), cell.text, typed, tips, cell.values, cell.misfit, _target(column, cell)
    )


def _kind(column: GridColumn, cell: Cell) -> str:
    if cell.text == "" and cell.value is None:
        return "empty"
    if cell.misfit:
        return "misfit"
    if column.is_key:
        return "key"
    if column.type == BOOLEAN:
        return "yes" if cell.value is True else "no"
    if column.type in (ENTITY, FILE) and not (column.column and column.column.reference):
        return column.type
    return "text"


def _typed(column: GridColumn, cell: Cell) -> str:
    """As files have it, so that what is copied can be pasted anywhere; what leads to a record, as it is read."""
    own = column.column
    if own is None or own.crdt or own.reference or isinstance(cell.value, dict) or cell.misfit:
        return cell.text
    return write_text(own, cell.value)


def _target(column: GridColumn, cell: Cell) -> Sequence[Link]:
    if column.type != ENTITY or not isinstance(cell.value, dict):
        return ()
    record = cell.value.get("entity")
    return (Link(record, cell.text, ""),) if isinstance(record, str) else ()
