"""Which links are suspect, and since which change: many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from stages.registers.fold.effects import Field, Key, Subject, deltas
from stages.registers.fold.operations import Operation
from stages.registers.fold.views import Record
from stages.registers.reading.log import operations_on, undoes_of
from stages.registers.reading.reader import Reader
from stages.registers.reading.tracing import Confirmation, Touch, confirmations, last_confirmations, of_edges, unseen
from stages.registers.schema import Schema


@dataclass(frozen=True, slots=True)
class TracedEdge:
    """An edge with the records at its ends."""

    edge: str
    type: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Who confirmed a link, the last one first, and the changes at its ends that none of them had seen."""

    confirmed: tuple[Confirmation, ...]
    changes: tuple[Touch, ...]

    @property
    def suspect(self) -> bool:
        return bool(self.changes)


def trace(reader: Reader, edges: Iterable[TracedEdge]) -> dict[str, Trace]:
    """The traces of edges, by their ids."""
    wanted = {each.edge: each for each in edges}
    records = reader.records({end for each in wanted.values() for end in (each.source, each.target)})
    made = operations_on(reader.project_id, [Key("life", Subject("edge", edge)) for edge in wanted])
    typed = _typed(reader.project_id, reader.schema, records.values())
    touches = {record_id: touches_of(reader.schema, record, typed) for record_id, record in records.items()}
    return trace_of(wanted, made, touches, undoes_of(reader.project_id, made))


def trace_of(
    edges: Mapping[str, TracedEdge],
    operations: Iterable[Operation],
    touches: Mapping[str, list[Touch]],
    undoes: Mapping[str, str],
) -> dict[str, Trace]:
    """Traces by the operations on the edges and the writes that the traced fields of records show."""
    on_edges = of_edges(operations, {edge: each.type or None for edge, each in edges.items()})
    found = {}
    for edge, each in edges.items():
        at_ends = [*touches.get(each.source, ()), *touches.get(each.target, ())]
        listed = on_edges[edge]
        changes = unseen(at_ends, last_confirmations(listed, undoes))
        found[edge] = Trace(tuple(confirmations(listed, undoes)), tuple(sorted(changes, key=lambda touch: touch.hlc)))
    return found


def touches_of(schema: Schema, record: Record, typed: Mapping[Field, list[Operation]]) -> list[Touch]:
    """The writes that a record's traced fields show; of a text, all changes of it."""
    found = []
    for facet, fields in record.fields.items():
        for name in traced_fields(schema, facet):
            if name in fields:
                found += [Touch(record.id, facet, name, tip.site, tip.hlc, tip.op_id) for tip in fields[name].tips]
    for field in record.facts.texts:
        if field.name in traced_fields(schema, field.facet):
            changes = typed.get(field, ())
            found += [Touch(record.id, field.facet, field.name, each.site, each.hlc, each.op_id) for each in changes]
    return found


def traced_fields(schema: Schema, facet: str) -> list[str]:
    table = schema.table(facet)
    return [column.name for column in table.columns if column.traced] if table else []


def texts_of(operations: Iterable[Operation]) -> dict[Field, list[Operation]]:
    """The changes of each text."""
    found: dict[Field, list[Operation]] = defaultdict(list)
    for each in operations:
        for field, _delta in deltas(each):
            found[field].append(each)
    return found


def _typed(project_id: UUID, schema: Schema, records: Iterable[Record]) -> dict[Field, list[Operation]]:
    traced = [
        Key("text", field)
        for record in records
        for field in record.facts.texts
        if field.name in traced_fields(schema, field.facet)
    ]
    return texts_of(operations_on(project_id, traced)) if traced else {}
