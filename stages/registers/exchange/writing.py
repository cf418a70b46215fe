"""Records as a file: one row each, with the titles of columns above them, so that it can be imported again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kernel.spreadsheets import UTF8_MARK, csv_lines
from stages.registers.schema import Column, Table
from stages.registers.schema.values import NameRecord, write_text


def csv_of(
    table: Table,
    records: Iterable[Mapping[str, Any]],
    *,
    columns: Sequence[str] | None = None,
    name: NameRecord | None = None,
) -> Iterator[bytes]:
    """A CSV file in parts. `records` are values by column, texts of shared columns among them.

    Cells that would be formulas in a spreadsheet begin with an apostrophe. `name` answers the key of a record that a
    value names.
    """
    chosen = [column for column in table.columns if columns is None or column.name in columns]
    yield UTF8_MARK + csv_lines([[column.label for column in chosen]])
    for values in records:
        yield csv_lines([[write_text(column, values.get(column.name), name) for column in chosen]])


def tsv_of(columns: Sequence[Column], rows: Iterable[Sequence[Any]], name: NameRecord | None = None) -> str:
    """Cells as a spreadsheet takes them when they are pasted: quoted where a cell has a tab, a line end or a quote."""
    return "\n".join(
        "\t".join(_quoted(write_text(column, value, name)) for column, value in zip(columns, row, strict=True))
        for row in rows
    )


def _quoted(cell: str) -> str:
    if any(each in cell for each in '\t\n\r"'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
