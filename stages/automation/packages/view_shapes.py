"""What views name: the tables, and the columns of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stages.automation.packages.shapes import ViewShape

FOREIGN: Final = "foreign"
MATRIX: Final = "matrix"


def tables_of(view: ViewShape) -> list[str]:
    """The tables without which a view shows nothing; none of a foreign one: what that may read is granted."""
    if view.kind == FOREIGN:
        return []
    if view.kind == MATRIX:
        return list(dict.fromkeys((view.rows, *view.columns)))
    return [view.table]


def columns_of(view: ViewShape) -> Iterator[tuple[str, str]]:
    """The columns that a view names, each with its table."""
    if view.kind in (FOREIGN, MATRIX):
        return
    for column in dict.fromkeys((*view.columns, *((view.group_by,) if view.group_by else ()))):
        yield view.table, column
