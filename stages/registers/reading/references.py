"""Fields that show what a field of another record shows: references are followed as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stages.registers.models import Row
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Schema

MAX_STEPS: Final = 10


@dataclass(frozen=True, slots=True)
class Followed:
    """What a reference leads to: the value there with its column; `cycle` where it leads back to itself.

    `column` is None where there is no such record or column.
    """

    value: Any = None
    column: Column | None = None
    cycle: bool = False


Target = tuple[str, str, str]


def target_of(value: Any) -> Target | None:
    """Entity, facet and field that a value refers to."""
    reference = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(reference, dict):
        return None
    return str(reference["entity_id"]), str(reference["facet_type"]), str(reference["field_name"])


def follow(reader: Reader, shown: Iterable[Mapping[str, Any]]) -> dict[Target, Followed]:
    """What all references among these values lead to."""
    targets = {target for fields in shown for value in fields.values() if (target := target_of(value))}
    values: dict[Target, Any] = {}
    pending = set(targets)
    for _step in range(MAX_STEPS):
        if not pending:
            break
        found = _read(reader, pending)
        values |= found
        pending = {target for value in found.values() if (target := target_of(value)) and target not in values}
    return {target: _end(reader.schema, values, target) for target in targets}


def _read(reader: Reader, targets: Iterable[Target]) -> dict[Target, Any]:
    listed = list(targets)
    roots = reader.roots({entity for entity, _facet, _field in listed})
    rows = Row.objects.filter(project_id=reader.project_id, record__in=set(roots.values()))
    fields = {(str(row.record), row.facet): row.shown for row in rows.only("record", "facet", "shown")}
    return {target: fields.get((roots[target[0]], target[1]), {}).get(target[2]) for target in listed}


def _end(schema: Schema, values: Mapping[Target, Any], target: Target) -> Followed:
    passed = {target}
    while following := target_of(values.get(target)):
        if following in passed or following not in values:
            return Followed(column=schema.column(*target[1:]), cycle=True)
        passed.add(following)
        target = following
    return Followed(values.get(target), schema.column(*target[1:]))
