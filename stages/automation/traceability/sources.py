"""Where a report is read from: the registers now, or as they were when a version was released."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from stages.automation.facets import PASSAGE
from stages.automation.passages.reading import Passage, passages_of
from stages.registers.models import Edge, Row
from stages.registers.reading.asof import Past
from stages.registers.reading.naming import name_of_row
from stages.registers.reading.reader import Reader
from stages.registers.reading.traces import Trace, TracedEdge, trace
from stages.registers.schema import Schema


@dataclass(frozen=True, slots=True)
class Item:
    """A record of a table: what it is called, and what its fields show."""

    record: str
    key: str
    text: str
    shown: Mapping[str, Any]


class Source(Protocol):
    """The registers of a project at a moment."""

    @property
    def project_id(self) -> UUID: ...

    @property
    def schema(self) -> Schema: ...

    def shown(self, facet: str) -> Mapping[str, Mapping[str, Any]]:
        """What the living records of a table show, by record."""

    def edges(self, type_: str) -> list[TracedEdge]:
        """The links of a relation."""

    def trace(self, edges: Iterable[TracedEdge]) -> Mapping[str, Trace]:
        """Which of them are suspect, by edge."""

    def passages(self) -> list[Passage]:
        """The passages of the project."""


class Present:
    """The registers now. One query for each table and relation."""

    def __init__(self, project_id: UUID) -> None:
        self._reader = Reader(project_id)
        self.project_id = project_id

    @property
    def schema(self) -> Schema:
        return self._reader.schema

    def shown(self, facet: str) -> dict[str, Mapping[str, Any]]:
        rows = Row.objects.filter(project_id=self.project_id, facet=facet)
        return {str(record): shown for record, shown in rows.values_list("record", "shown")}

    def edges(self, type_: str) -> list[TracedEdge]:
        edges = Edge.objects.filter(project_id=self.project_id, type=type_, shown=True)
        found = edges.values_list("id", "source", "target")
        return [TracedEdge(str(edge), type_, str(source), str(target)) for edge, source, target in found]

    def trace(self, edges: Iterable[TracedEdge]) -> dict[str, Trace]:
        return trace(self._reader, edges)

    def passages(self) -> list[Passage]:
        return passages_of(self.project_id)


class AsOf:
    """The registers as of a clock, folded again from the operations."""

    def __init__(self, project_id: UUID, clock: Mapping[str, str]) -> None:
        self._past = Past(Reader(project_id), dict(clock))
        self.project_id = project_id

    @property
    def schema(self) -> Schema:
        return self._past.schema

    def shown(self, facet: str) -> dict[str, Mapping[str, Any]]:
        records = self._past.state.records.values()
        return {
            each.id: {name: field.value for name, field in each.fields[facet].items()} | dict(each.texts.get(facet, {}))
            for each in records
            if each.alive and facet in each.fields
        }

    def edges(self, type_: str) -> list[TracedEdge]:
        return self._past.edges(type_)

    def trace(self, edges: Iterable[TracedEdge]) -> dict[str, Trace]:
        return self._past.trace(edges)

    def passages(self) -> list[Passage]:
        found = (Passage.of(record, shown) for record, shown in self.shown(PASSAGE).items())
        return [each for each in found if each]


def items_of(source: Source, facet: str) -> list[Item]:
    """The records of a table by their keys; none where the project has no such table."""
    table = source.schema.tables.get(facet)
    if table is None:
        return []
    found = [
        Item(record, named.key, named.text, shown)
        for record, shown in source.shown(facet).items()
        for named in [name_of_row(table, record, shown)]
    ]
    return sorted(found, key=place_of)


def title_of(source: Source, facet: str, column: str, value: object) -> str:
    """The title of a choice that a field holds; empty for none."""
    found = source.schema.column(facet, column)
    option = found.option(value) if found is not None and isinstance(value, str) else None
    return option.title if option else ""


def place_of(item: Item) -> tuple[str, int, str, str]:
    """By what records are ordered: their keys, with numbers in them by value."""
    prefix, _, number = item.key.rpartition("-")
    # Python reads no number of thousands of digits.
    return (prefix, int(number) if number.isdecimal() and len(number) < 20 else 0, item.key, item.record)
