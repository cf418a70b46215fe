"""Why a record is in a table and what wrote its fields, where that was a program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from stages.registers.causes import CAUSES, Cause
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import AttachFacet
from stages.registers.reading.records import RecordReading


@dataclass(frozen=True, slots=True)
class Caused:
    """Something at a record that a program wrote: its place in a table, or the value of a `field` there.

    `operation` is signed by the person whose change it was part of, or who accepted it.
    """

    table: str
    field: str
    cause: Cause
    operation: Operation


def caused(found: RecordReading) -> list[Caused]:
    """What programs have put a record into, and which of the values that it shows they wrote."""
    by_id = {each.op_id: each for each in found.operations if each.source}
    if not by_id:
        return []
    wanted = [*_places(found), *_values(found, by_id)]
    causes = causes_of(found.reader.project_id, [operation.source for _facet, _name, operation in wanted])
    return [
        Caused(facet, name, causes[source_key(operation.source)], operation)
        for facet, name, operation in wanted
        if operation.source
    ]


def causes_of(project_id: UUID, sources: Iterable[Mapping[str, str] | None]) -> dict[tuple[str, str], Cause]:
    """What sources mean, each by its name and value."""
    values: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        for name, value in (source or {}).items():
            values[name].add(value)
    found: dict[tuple[str, str], Cause] = {}
    for name, wanted in values.items():
        known = CAUSES[name](project_id, wanted) if name in CAUSES else {}
        for value in wanted:
            found[name, value] = known.get(value) or Cause(value, value, "workflow")
    return found


def source_key(source: Mapping[str, str] | None) -> tuple[str, str]:
    """A source as its name and value; it has one member."""
    return next(iter((source or {}).items()), ("", ""))


def _places(found: RecordReading) -> Iterable[tuple[str, str, Operation]]:
    """By the last time that it was put into each of its tables."""
    last: dict[str, Operation] = {}
    for each in found.operations:
        if isinstance(each.payload, AttachFacet) and each.payload.facet_type in found.shown.fields:
            last[each.payload.facet_type] = each
    return [(facet, "", each) for facet, each in last.items() if each.source]


def _values(found: RecordReading, by_id: Mapping[str, Operation]) -> Iterable[tuple[str, str, Operation]]:
    for part in found.parts:
        for view in part.fields:
            if view.write is not None and view.write.op_id in by_id:
                yield part.table.facet, view.column.name, by_id[view.write.op_id]
