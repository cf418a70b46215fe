"""The registers as they were: what a clock covers, folded again from the operations."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from stages.registers.fold.clocks import Clock, covers
from stages.registers.fold.definition import replay
from stages.registers.fold.effects import Field, Key, Subject, keys
from stages.registers.fold.operations import Operation
from stages.registers.fold.storage import MemoryTable
from stages.registers.fold.views import Record, State
from stages.registers.reading.log import undoes_of
from stages.registers.reading.matrix import End
from stages.registers.reading.naming import name_of_row
from stages.registers.reading.reader import Reader
from stages.registers.reading.traces import Trace, TracedEdge, texts_of, touches_of, trace_of
from stages.registers.schema import Schema, Table
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.storing.finding import trailing_number

_NO_NUMBER: Final = 2**63


class Past:
    """The registers as of a clock."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self.project_id = reader.project_id
        self.clock = clock

    @cached_property
    def operations(self) -> list[Operation]:
        return [each for each in self._reader.storage.by_range() if covers(self.clock, each.site, each.hlc)]

    @cached_property
    def state(self) -> State:
        return replay(self.operations)

    @cached_property
    def schema(self) -> Schema:
        return Schema.read(_Records(self.state), str(self._reader.project_id))  # type: ignore[arg-type]

    def ends(self, facet: str) -> list[End]:
        """The records of a table, by their keys."""
        table = self.schema.table(facet) or Table(facet)
        found = []
        for record in self.state.records.values():
            if record.alive and facet in record.fields:
                shown = {name: each.value for name, each in record.fields[facet].items()} | dict(record.texts[facet])
                named = name_of_row(table, record.id, shown)
                number = trailing_number(shown.get(KEY_COLUMN))
                found.append((_NO_NUMBER if number is None else number, End(record.id, named.label, named.text)))
        return [end for _number, end in sorted(found, key=lambda each: (each[0], each[1].record))]

    def edges(self, type_: str) -> list[TracedEdge]:
        """The edges of a type that were shown."""
        edges = (each for each in self.state.edges.values() if each.shown and (each.facts.ends.type or "") == type_)
        return [TracedEdge(each.id, type_, each.facts.source, each.facts.target) for each in edges]

    def trace(self, edges: Iterable[TracedEdge]) -> dict[str, Trace]:
        """Who had confirmed these edges, and what had changed since."""
        wanted = {each.edge: each for each in edges}
        lives = {Key("life", Subject("edge", edge)) for edge in wanted}
        on_edges = [each for each in self.operations if not lives.isdisjoint(keys(each))]
        ends = {end for each in wanted.values() for end in (each.source, each.target)}
        touches = {end: touches_of(self.schema, self.state.records[end], self._texts) for end in ends}
        return trace_of(wanted, on_edges, touches, undoes_of(self._reader.project_id, on_edges))

    @cached_property
    def _texts(self) -> dict[Field, list[Operation]]:
        return texts_of(self.operations)


class _Records:
    """So much of a storage as the schema is read from."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.records: MemoryTable[str, Record] = MemoryTable()
        for record_id, record in state.records.items():
            self.records.set(record_id, record)

    def entities_with(self, facet: str) -> list[str]:
        return sorted(each for each, record in self._state.records.items() if record.alive and facet in record.fields)
