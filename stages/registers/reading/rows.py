"""The rows of a table as its grid shows them, a block at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stages.registers.fold.values import spell
from stages.registers.fold.views import Conflict, Record, Shown
from stages.registers.models import Row
from stages.registers.reading.conditions import arrange, select
from stages.registers.reading.links import edges_at
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.operators import link_field
from stages.registers.reading.query import Query
from stages.registers.reading.reader import Reader
from stages.registers.reading.references import Followed, Target, follow, target_of
from stages.registers.schema import Column, Table
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.schema.values import misfit_words, show_text


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
    return select((reader or Reader(project_id)), query).count()


def read_rows(
    project_id: UUID, query: Query, offset: int = 0, limit: int = 100, *, reader: Reader | None = None
) -> list[GridRow]:
    """The rows of a query from `offset` (0 is the first), at most `limit`."""
    reader = reader or Reader(project_id)
    return rows_of(reader, query.facet, record_ids(reader, query, offset, limit))


def record_ids(reader: Reader, query: Query, offset: int = 0, limit: int | None = None) -> list[str]:
    """The ids of the records of a query, in its order."""
    rows = arrange(select(reader, query), reader, query).values_list("record", flat=True)
    return [str(each) for each in rows[offset : None if limit is None else offset + limit]]


def rows_of(reader: Reader, facet: str, records: Sequence[str]) -> list[GridRow]:
    """The rows of these records in one table, in this order; those that are not in it are left out."""
    table = reader.table(facet)
    found = Row.objects.filter(project_id=reader.project_id, facet=facet, record__in=list(records))
    shown: dict[str, Mapping[str, Any]] = {str(each.record): each.shown for each in found.only("record", "shown")}
    cells = Cells(reader, table, shown)
    return [GridRow(each, key_of(shown[each]), cells.of(each)) for each in records if each in shown]


def key_of(shown: Mapping[str, Any]) -> str:
    """The key of a record, such as REQ-12, by what it shows; empty if it has none."""
    key = shown.get(KEY_COLUMN)
    return key if isinstance(key, str) else ""


class Cells:
    """The cells of some records of one table; what they need is read together."""

    def __init__(self, reader: Reader, table: Table, shown: Mapping[str, Mapping[str, Any]]) -> None:
        self._table = table
        self._shown = shown
        self._records = reader.records(shown)
        self._edges = edges_at(reader.project_id, shown)
        self._relations = [(relation.type, outgoing) for relation, outgoing in reader.schema.relations_of(table.facet)]
        others = {edge.other for edges in self._edges.values() for edge in edges}
        self._names = names_of(reader, others | set(_entities(shown.values())))
        self._followed = follow(reader, shown.values())

    def of(self, record: str) -> dict[str, Cell]:
        """The cells of one of these records, by column."""
        facts = self._records.get(record)
        return {column.name: self._cell(column, record, facts) for column in self._table.columns} | self._links(record)

    def _cell(self, column: Column, record: str, full: Record | None) -> Cell:
        fields = full.fields.get(self._table.facet, {}) if full else {}
        texts = full.texts.get(self._table.facet, {}) if full else {}
        if column.crdt:
            text = texts.get(column.name, "")
            values = [len(each.values) for each in full.conflicts if _is_of(each, "text", column)] if full else []
            return Cell(text or None, text, values=max(values, default=1))
        value = self._shown[record].get(column.name)
        return make_cell(column, value, fields.get(column.name), self._names, self._followed)

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
    shown: Shown | None,
    names: Mapping[str, Named],
    followed: Mapping[Target, Followed],
) -> Cell:
    """The cell of a field, by its value and the writes behind it."""
    tips = tuple(dict.fromkeys(tip.op_id for tip in shown.tips)) if shown else ()
    values = len({spell(tip.value) for tip in shown.tips}) if shown else 1
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


def _is_of(conflict: Conflict, kind: str, column: Column) -> bool:
    return conflict.kind == kind and conflict.field == column.name
