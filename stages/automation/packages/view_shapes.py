"""What views name: the tables, and the columns of each; and whether a declared view makes sense by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from django.utils.translation import gettext

from stages.automation.packages import shapes
from stages.automation.packages.refusing import refuse
from stages.registers.reading.operators import link_of

FOREIGN: Final = "foreign"
BOARD: Final = "board"
MATRIX: Final = "matrix"
MAX_COLUMNS: Final = 100
MAX_QUERY: Final = 2_000
# The types of a column that a board can be grouped by.
GROUPING: Final = ("enum", "boolean")
# What a query may have; what is typed into the search comes from who looks at the view.
_QUERY: Final = ("sort", "filter")
_OF_TABLE: Final = ("table", "columns", "query")
MEMBERS: Final[Mapping[str, Collection[str]]] = {
    "grid": _OF_TABLE,
    "form": _OF_TABLE,
    BOARD: (*_OF_TABLE, "group_by"),
    MATRIX: ("rows", "columns", "relation"),
    FOREIGN: ("read", "write"),
}
NEEDED: Final[Mapping[str, Collection[str]]] = {
    "grid": ("table",),
    "form": ("table",),
    BOARD: ("table", "group_by"),
    MATRIX: ("rows", "columns", "relation"),
    FOREIGN: (),
}


class TableOfModule(Protocol):
    """A table as the manifest has it."""

    @property
    def columns(self) -> Mapping[str, shapes.ColumnShape]: ...

    @property
    def key_prefix(self) -> str: ...


def tables_of(view: shapes.ViewShape) -> list[str]:
    """The tables without which a view shows nothing; none of a foreign one: what that may read is granted."""
    if view.kind == FOREIGN:
        return []
    if view.kind == MATRIX:
        return list(dict.fromkeys((view.rows, *view.columns)))
    return [view.table]


def columns_of(view: shapes.ViewShape) -> Iterator[tuple[str, str]]:
    """The columns that a view names, each with its table."""
    if view.kind in (FOREIGN, MATRIX):
        return
    for column in dict.fromkeys((*view.columns, *((view.group_by,) if view.group_by else ()))):
        yield view.table, column


def check_view(
    view: shapes.ViewShape,
    tables: Mapping[str, TableOfModule],
    relations: Mapping[str, shapes.RelationShape],
    path: str,
) -> None:
    """Whether a view has the members of its kind, and those of its module's tables that it names.

    A table or relation that is not the module's own may be there in a project. Raises `ValidationFailed` with a path.
    """
    for member in NEEDED[view.kind]:
        if not getattr(view, member):
            raise refuse(f"{path}.{member}", gettext("This is missing."))
    for member in ("table", "columns", "query", "group_by", "rows", "relation", "read", "write"):
        if getattr(view, member) and member not in MEMBERS[view.kind]:
            words = gettext("A view of the kind %(kind)s has no such member.")
            raise refuse(f"{path}.{member}", words % {"kind": view.kind})
    if view.kind == MATRIX:
        _check_matrix(view, relations, path)
    elif view.kind != FOREIGN:
        _check_query(view.query, f"{path}.query")
        _check_columns(view, tables.get(view.table), path)


def _check_matrix(view: shapes.ViewShape, relations: Mapping[str, shapes.RelationShape], path: str) -> None:
    if len(view.columns) != 1:
        raise refuse(f"{path}.columns", gettext("Of a matrix, this names one table."))
    if view.columns[0] == view.rows:
        raise refuse(f"{path}.columns", gettext("The rows and the columns of a matrix are two tables."))
    relation = relations.get(view.relation)
    if relation is None:
        return
    ends = (view.rows, view.columns[0])
    for source, target in (ends, ends[::-1]):
        if relation.source in ("", source) and relation.target in ("", target):
            return
    raise refuse(f"{path}.relation", gettext("This relation is not between the tables of the rows and the columns."))


def _check_columns(view: shapes.ViewShape, table: TableOfModule | None, path: str) -> None:
    if len(view.columns) > MAX_COLUMNS:
        raise refuse(f"{path}.columns", gettext("At most %(most)s of these.") % {"most": MAX_COLUMNS})
    for at, column in enumerate(view.columns):
        if column in view.columns[:at]:
            raise refuse(f"{path}.columns.{at}", gettext("This is named twice."))
        if table is not None and link_of(column) is None and not _has(table, column):
            raise refuse(f"{path}.columns.{at}", gettext("There is no column “%(name)s”.") % {"name": column[:100]})
    if view.kind != BOARD or table is None:
        return
    shape = table.columns.get(view.group_by)
    if shape is None:
        raise refuse(f"{path}.group_by", gettext("There is no column “%(name)s”.") % {"name": view.group_by[:100]})
    if shape.type not in GROUPING:
        raise refuse(f"{path}.group_by", gettext("Groups are those of a column of type enum or boolean."))


def _check_query(query: str, path: str) -> None:
    if len(query) > MAX_QUERY:
        raise refuse(path, gettext("At most 2,000 characters."))
    try:
        pairs: list[tuple[str, Any]] = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        pairs = [("", "")]
    if any(name not in _QUERY for name, _value in pairs):
        raise refuse(path, gettext("This is written as in the address of a table: sort=…&filter=…"))


def _has(table: TableOfModule, column: str) -> bool:
    return column in table.columns or (column == "key" and bool(table.key_prefix))
