"""The rows of a table as its grid shows them, a block at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.statements import ids_text, run_together
from stages.registers.reading.behind import Behind, read_behind
from stages.registers.reading.conditions import select
from stages.registers.reading.links import EdgeAt, edges_query, take_edges
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.operators import link_field
from stages.registers.reading.orders import known_count, read_order
from stages.registers.reading.query import Query
from stages.registers.reading.reader import Reader
from stages.registers.reading.references import Followed, Target, follow, target_of
from stages.registers.schema import Column, Table
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.schema.values import misfit_words, show_text

_ROWS: Final = """
SELECT shown_row.record, shown_row.shown, record.facts FROM registers_row AS shown_row
JOIN registers_record AS record ON record.project_id = shown_row.project_id AND record.id = shown_row.record
WHERE shown_row.project_id = %s AND shown_row.facet = %s AND shown_row.record = ANY(%s::uuid[])
"""
_NOTHING: Final = Behind()


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a record: the record at the other end, with its key, and the edge."""

    record: str
    key: str
    edge: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows. `value` is as stored, `text` as people read it; `misfit` says why it does not fit its column.

    `tips` are the operations that it stands for: what somebody had seen who changes it. `values` says how many values
    are side by side. A column of links has `links` and nothing else; `cycle` is a reference that leads to itself.
    """

    value: Any = None
    text: str = ""
    misfit: str = ""
    tips: tuple[str, ...] = ()
    values: int = 1
    links: tuple[Link, ...] = ()
    cycle: bool = False

    @property
    def in_conflict(self) -> bool:
        return self.values > 1


@dataclass(frozen=True, slots=True)
class GridRow:
    """One record in one table; `cells` has every column, links by `operators.link_field`."""

    record: str
    key: str
    cells: Mapping[str, Cell]


def count(project_id: UUID, query: Query, *, reader: Reader | None = None) -> int:
    """How many rows a query asks for."""
    reader = reader or Reader(project_id)
    known = None if query.is_all else known_count(reader, query)
    return select(reader, query).count() if known is None else known


def read_rows(
    project_id: UUID, query: Query, offset: int = 0, limit: int = 100, *, reader: Reader | None = None
) -> list[GridRow]:
    """The rows of a query from `offset` (0 is the first), at most `limit`."""
    reader = reader or Reader(project_id)
    return rows_of(reader, query.facet, record_ids(reader, query, offset, limit))


def record_ids(reader: Reader, query: Query, offset: int = 0, limit: int | None = None) -> list[str]:
    """The ids of the records of a query, in its order."""
    return read_order(reader, query, offset, limit)


def rows_of(reader: Reader, facet: str, records: Sequence[str]) -> list[GridRow]:
    """The rows of these records in one table, in this order; those that are not in it are left out."""
    table = reader.table(facet)
    statement = _ROWS, [reader.project_id, facet, ids_text(records)]
    rows, edges = run_together([statement, edges_query(reader.project_id, records)])
    shown = {str(record): json.loads(values) for record, values, _facts in rows}
    behind = read_behind(reader, facet, ((str(record), facts) for record, _values, facts in rows))
    cells = Cells(reader, table, shown, behind, take_edges(edges, shown))
    return [GridRow(each, key_of(shown[each]), cells.of(each)) for each in records if each in shown]


def key_of(shown: Mapping[str, Any]) -> str:
    """The key of a record, such as REQ-12, by what it shows; empty if it has none."""
    key = shown.get(KEY_COLUMN)
    return key if isinstance(key, str) else ""


class Cells:
    """The cells of some records of one table; what they need besides is read together."""

    def __init__(
        self,
        reader: Reader,
        table: Table,
        shown: Mapping[str, Mapping[str, Any]],
        behind: Mapping[str, Behind],
        edges: Mapping[str, Sequence[EdgeAt]],
    ) -> None:
        self._table = table
        self._shown = shown
        self._behind = behind
        self._edges = edges
        self._relations = [(relation.type, outgoing) for relation, outgoing in reader.schema.relations_of(table.facet)]
        others = {edge.other for each in edges.values() for edge in each}
        self._names = names_of(reader, others | set(_entities(shown.values())))
        self._followed = follow(reader, shown.values())

    def of(self, record: str) -> dict[str, Cell]:
        """The cells of one of these records, by column."""
        behind = self._behind.get(record, _NOTHING)
        return {column.name: self._cell(column, record, behind) for column in self._table.columns} | self._links(record)

    def _cell(self, column: Column, record: str, behind: Behind) -> Cell:
        name = column.name
        if column.crdt:
            text = behind.texts.get(name, "")
            return Cell(text or None, text, values=behind.text_values.get(name, 1))
        value = self._shown[record].get(name)
        return make_cell(column, value, behind, self._names, self._followed)

    def _links(self, record: str) -> dict[str, Cell]:
        edges = self._edges.get(record, [])
        return {
            link_field(type_, outgoing=outgoing): Cell(
                links=tuple(
                    Link(each.other, self._names[each.other].label, each.edge)
                    for each in edges
                    if each.type == type_ and each.outgoing == outgoing
                )
            )
            for type_, outgoing in self._relations
        }


def make_cell(
    column: Column,
    value: Any,
    behind: Behind,
    names: Mapping[str, Named],
    followed: Mapping[Target, Followed],
) -> Cell:
    """The cell of a field, by its value and the operations behind it."""
    tips, values = behind.tips.get(column.name, ()), behind.values.get(column.name, 1)
    misfit, target = misfit_words(column, value), target_of(value)
    if column.reference and target is not None and not misfit:
        end = followed.get(target, Followed())
        at = end.column or column
        return Cell(value, _text(at, end.value, names) if end.column else "", "", tips, values, (), end.cycle)
    return Cell(value, _text(column, value, names), misfit, tips, values)


def _text(column: Column, value: Any, names: Mapping[str, Named]) -> str:
    return show_text(column, value, lambda entity: names[entity].label if entity in names else entity[:8])


def _entities(shown: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for fields in shown:
        for value in fields.values():
            if isinstance(value, dict):
                if isinstance(entity := value.get("entity"), str):
                    yield entity
                elif target := target_of(value):
                    yield target[0]
