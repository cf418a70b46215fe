"""One record: its fields in each of its tables, its links from both ends, and where it has been changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stages.registers.fold.effects import Write
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import DeleteEntity
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record, as_it_was, class_of
from stages.registers.models import Row
from stages.registers.reading.behind import behind_of
from stages.registers.reading.history import History, history_of
from stages.registers.reading.links import EdgeAt, edges_at
from stages.registers.reading.log import operations_of_record
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import Cell, Cells
from stages.registers.reading.traces import Trace, TracedEdge, trace
from stages.registers.schema import Column, Relation, Table
from stages.registers.schema.linked import LINKED_TABLES


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of a record. `write` is what is shown, None for a text or what was never set.

    `sides` are the values side by side, the shown one first; `same_as` the fields that are one with it, as
    `(table, column)`.
    """

    column: Column
    cell: Cell
    write: Write | None
    sides: tuple[Any, ...]
    same_as: tuple[tuple[Table, Column], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What a record shows in one table; `is_removed` says that the table was deleted."""

    table: Table
    fields: tuple[FieldView, ...]
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link of the record to another one; `relation` has its words."""

    edge: EdgeAt
    relation: Relation
    other: Named
    trace: Trace

    @property
    def words(self) -> str:
        return self.relation.label if self.edge.outgoing else self.relation.inverse_label


class RecordReading:
    """A record that lives or lived, by the entity that it is shown by."""

    def __init__(self, reader: Reader, record: Record) -> None:
        self.reader = reader
        self.record = record

    @property
    def id(self) -> str:
        return self.record.id

    @cached_property
    def name(self) -> Named:
        return names_of(self.reader, [self.id])[self.id]

    @property
    def address_in_app(self) -> str:
        """Where the app shows it whose record it is; empty for a record of people."""
        for facet, fields in self.record.fields.items():
            if linked := LINKED_TABLES.get(facet):
                shown = {name: each.value for name, each in fields.items()}
                return linked.address_of(self.reader.project_id, self.id, shown)
        return ""

    @cached_property
    def shown(self) -> Record:
        """What it shows, or showed before it was deleted."""
        return as_it_was(self.record, self.reader.classes)

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """The tables that people made, and after them those of this record that were deleted."""
        tables = self.reader.schema.tables
        facets = {facet for _entity, facet in self.record.facts.facets}
        if facets <= tables.keys() or self.address_in_app:
            return tables
        return {**tables, **{facet: each for facet, each in self.reader.removed.tables.items() if facet in facets}}

    @cached_property
    def parts(self) -> list[Part]:
        """The tables of the record in their order, with all columns."""
        shown: Mapping[str, Mapping[str, Any]]
        if self.record.alive:
            rows = Row.objects.filter(project_id=self.reader.project_id, record=self.id)
            shown = {row.facet: row.shown for row in rows}
        else:
            fields, texts = self.shown.fields, self.shown.texts
            shown = {
                facet: {name: each.value for name, each in fields[facet].items()} | dict(texts.get(facet, {}))
                for facet in fields
            }
        return [
            Part(table, tuple(self._fields(table, shown[facet])), facet not in self.reader.schema.tables)
            for facet, table in self.tables.items()
            if facet in shown
        ]

    def _fields(self, table: Table, shown: Mapping[str, Any]) -> list[FieldView]:
        behind = {self.id: behind_of(self.shown, table.facet)}
        edges = edges_at(self.reader.project_id, [self.id])
        cells = Cells(self.reader, table, {self.id: shown}, behind, edges).of(self.id)
        fields = self.shown.fields.get(table.facet, {})
        found = []
        for column in table.columns:
            write, sides = None, (cells[column.name].value,)
            if (field := fields.get(column.name)) and not column.crdt:
                write = next((tip for tip in reversed(field.tips) if spell(tip.value) == spell(field.value)), None)
                others = {spell(tip.value): tip.value for tip in field.tips}
                others.pop(spell(field.value), None)
                sides = (field.value, *others.values())
            found.append(FieldView(column, cells[column.name], write, sides, self._same_as(table, column)))
        return found

    def _same_as(self, table: Table, column: Column) -> tuple[tuple[Table, Column], ...]:
        found = []
        for facet, name in sorted(class_of((table.facet, column.name), self.reader.classes)):
            other = self.reader.schema.table(facet)
            if other and (at := other.column(name)) and (facet, name) != (table.facet, column.name):
                found.append((other, at))
        return tuple(found)

    @cached_property
    def links(self) -> list[LinkView]:
        """From here first, then to here, by relation and the key of the other end."""
        edges = edges_at(self.reader.project_id, [self.id]).get(self.id, [])
        names = names_of(self.reader, {each.other for each in edges})
        traces = trace(self.reader, [_traced(each) for each in edges])
        relations = self.reader.schema.relations
        return [
            LinkView(each, relations.get(each.type, Relation(each.type)), names[each.other], traces[each.edge])
            for each in sorted(edges, key=lambda each: (not each.outgoing, each.type))
        ]

    @cached_property
    def operations(self) -> list[Operation]:
        """All operations on it, in canonical order."""
        return operations_of_record(self.reader, self.record.facts)

    @property
    def created(self) -> Operation | None:
        return self.operations[0] if self.operations else None

    @property
    def deleted(self) -> Operation | None:
        """The last deletion of it, None for one that lives."""
        if self.record.alive:
            return None
        return next((each for each in reversed(self.operations) if isinstance(each.payload, DeleteEntity)), None)

    @property
    def sites(self) -> set[str]:
        """The sites that have changed it."""
        return {each.site for each in self.operations}

    def history(self, *, limit: int = 50, before: str | None = None) -> History:
        return history_of(self.operations, limit=limit, before=before)


def read_record(reader: Reader, entity: str) -> RecordReading | None:
    """The record as which an entity is shown, alive or not; None where there is none."""
    root = reader.roots([entity])[entity]
    record = reader.records([root]).get(root)
    return RecordReading(reader, record) if record is not None else None


def _traced(edge: EdgeAt) -> TracedEdge:
    ends = (edge.record, edge.other) if edge.outgoing else (edge.other, edge.record)
    return TracedEdge(edge.edge, edge.type, *ends)
