"""The conflict inbox: what waits for a decision in a project, the oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from stages.registers.fold.effects import Key, Subject
from stages.registers.fold.views import Conflict as Open
from stages.registers.fold.views import Edge, Record
from stages.registers.models import Conflict
from stages.registers.reading.cases import (
    Case,
    case_of_field,
    case_of_identity,
    case_of_life,
    case_of_property,
    case_of_text,
)
from stages.registers.reading.changes import Known
from stages.registers.reading.log import operations_of_record, operations_on
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader

MAX_LISTED: Final = 500
DUPLICATE: Final = "duplicate"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the inbox. `record` is what it is about; of an edge, the record that it leads from."""

    conflict: Conflict
    name: Named
    edge: Edge | None = None

    @property
    def id(self) -> str:
        return str(self.conflict.id)


def list_open(reader: Reader, *, limit: int = MAX_LISTED) -> list[Item]:
    """What waits for a decision, the oldest first."""
    return _items(reader, Conflict.objects.filter(project_id=reader.project_id, resolved_at=None)[:limit])


def list_decided(reader: Reader, since: datetime, *, limit: int = 20) -> list[Item]:
    """What has been decided since, the newest first."""
    found = Conflict.objects.filter(project_id=reader.project_id, resolved_at__gte=since)
    return _items(reader, found.select_related("resolved_by").order_by("-resolved_at")[:limit])


def _items(reader: Reader, conflicts: Iterable[Conflict]) -> list[Item]:
    listed = list(conflicts)
    edges = reader.edges(str(each.subject) for each in listed)
    subjects = {each.id: _subject(each, edges) for each in listed}
    names = names_of(reader, subjects.values())
    return [Item(each, names[subjects[each.id]], edges.get(str(each.subject))) for each in listed]


def _subject(conflict: Conflict, edges: dict[str, Edge]) -> str:
    edge = edges.get(str(conflict.subject))
    return edge.facts.source if edge else str(conflict.subject)


def case_of(reader: Reader, item: Item) -> Case | None:
    """The conflict with its sides; None where it is decided by now, and for keys that several records have."""
    stored = item.conflict
    conflict = Open(stored.kind, str(stored.subject), stored.facet, stored.field, tuple(stored.values))
    if item.edge is not None:
        return _case_of_edge(reader, conflict, item.edge)
    record = reader.records([item.name.record]).get(item.name.record)
    if record is None or stored.kind == DUPLICATE:
        return None
    return _case_of_record(reader, conflict, record)


def _case_of_record(reader: Reader, conflict: Open, record: Record) -> Case | None:
    operations = operations_of_record(reader, record.facts)
    if conflict.kind == "field":
        return case_of_field(conflict, record, reader.classes, Known(operations))
    if conflict.kind == "text":
        return case_of_text(conflict, record, reader.classes, Known(operations))
    if conflict.kind == "split_merged":
        return case_of_identity(conflict, operations)
    if conflict.kind == "detached_changed":
        return case_of_life(conflict, [Subject("facet", conflict.subject, conflict.facet)], operations)
    if conflict.kind == "deleted_changed":
        facets = [Subject("facet", *facet) for facet in record.facts.facets]
        return case_of_life(conflict, [Subject("entity", conflict.subject), *facets], operations)
    return None


def _case_of_edge(reader: Reader, conflict: Open, edge: Edge) -> Case | None:
    operations = operations_on(reader.project_id, [Key("life", Subject("edge", edge.id))])
    if conflict.kind == "field":
        return case_of_property(conflict, edge, Known(operations))
    return case_of_life(conflict, [Subject("edge", edge.id)], operations)
