"""A table as a CSV file: the rows and columns that somebody looks at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kernel.spreadsheets import UTF8_MARK, csv_lines
from stages.registers.pages.grid_rows import row_views
from stages.registers.pages.table_state import TableState
from stages.registers.reading import rows

# Rows that are read at once.
_BLOCK: Final = 500


def table_file(state: TableState) -> Iterator[bytes]:
    """The file in parts; values are written so that the file can be imported again."""
    yield UTF8_MARK + csv_lines([[column.title for column in state.columns]])
    ids = rows.record_ids(state.reader, state.query)
    for at in range(0, len(ids), _BLOCK):
        found = rows.rows_of(state.reader, state.table.facet, ids[at : at + _BLOCK])
        yield csv_lines([[cell.typed for cell in row.cells] for row in row_views(found, state.columns)])
